// The bound: what a sign-in's three requests cost a client that does nothing else. It limits nothing, recovers from
// nothing, and takes names in ASCII only. To compare with, never to sign people in with.
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

const USER_CONNECTIONS = 8;
// Everything is written from its end to its beginning.
const scratch = Buffer.alloc(65_536);
let at = scratch.length;

function bytes(value) {
  at -= value.length;
  scratch.set(value, at);
}

/** Makes an element of what was written since `end`. */
function wrap(tag, end = scratch.length) {
  const length = end - at;
  if (length < 0x80) bytes([tag, length]);
  else if (length < 0x100) bytes([tag, 0x81, length]);
  else bytes([tag, 0x82, length >> 8, length & 0xff]);
}

function text(tag, value) {
  const end = at;
  at -= value.length;
  scratch.latin1Write(value, at);
  wrap(tag, end);
}

function encoded(write) {
  at = scratch.length;
  write();
  return Buffer.from(scratch.subarray(at));
}

const policyControl = encoded(() => {
  text(0x04, '1.3.6.1.4.1.42.2.27.8.5.1');
  wrap(0x30);
  wrap(0xa0);
});

const bind = (dn, password) => () => {
  bytes(policyControl);
  const end = at;
  text(0x80, password);
  text(0x04, dn);
  bytes([0x02, 1, 3]);
  wrap(0x60, end);
};

/** Makes searches for an entry of which one of these attributes has the value. */
function searches(base, sizeLimit, names, attributes) {
  const tail = encoded(() => {
    for (const name of attributes.toReversed()) text(0x04, name);
    wrap(0x30);
  });
  const head = encoded(() => {
    bytes([0x0a, 1, 2, 0x0a, 1, 0, 0x02, 1, sizeLimit, 0x02, 1, 5, 0x01, 1, 0]);
    text(0x04, base);
  });
  return (value) => () => {
    bytes(tail);
    const filter = at;
    for (const name of names) {
      const end = at;
      text(0x04, value);
      text(0x04, name);
      wrap(0xa3, end);
    }
    wrap(0xa1, filter);
    bytes(head);
    wrap(0x63);
  };
}

/** Where the content of the element at `start` begins, and where it ends. */
function content(data, start) {
  const first = data[start + 1];
  const begin = start + 2 + (first < 0x80 ? 0 : first & 0x7f);
  return [begin, begin + (first < 0x80 ? first : data.readUIntBE(start + 2, first & 0x7f))];
}

function readEntry(data, start) {
  const [dnAt, dnEnd] = content(data, content(data, start)[0]);
  const entry = { dn: data.latin1Slice(dnAt, dnEnd) };
  for (let [next, end] = content(data, dnEnd); next < end; ) {
    const [nameElement, attributeEnd] = content(data, next);
    const [nameAt, nameEnd] = content(data, nameElement);
    const [valueAt, valueEnd] = content(data, content(data, nameEnd)[0]);
    entry[data.latin1Slice(nameAt, nameEnd)] = data.utf8Slice(valueAt, valueEnd);
    next = attributeEnd;
  }
  return entry;
}

async function open({ url, caFile }) {
  const { protocol, hostname, port } = new URL(url);
  const socket =
    protocol === 'ldaps:'
      ? connectTls({ host: hostname, port, ca: readFileSync(caFile) })
      : connectTcp({ host: hostname, port });
  await new Promise((resolve, reject) => {
    socket.once(protocol === 'ldaps:' ? 'secureConnect' : 'connect', resolve).once('error', reject);
  });
  socket.setNoDelay(true);
  const pending = new Map();
  let lastId = 0;
  let outgoing = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    while (start + 6 <= data.length && content(data, start)[1] <= data.length) {
      const [idAt, end] = content(data, start);
      const id = data.readUIntBE(idAt + 2, data[idAt + 1]);
      const operation = idAt + 2 + data[idAt + 1];
      const request = pending.get(id);
      if (data[operation] === 0x64) {
        request.entries.push(readEntry(data, operation));
      } else {
        pending.delete(id);
        request.done(data[content(data, operation)[0] + 2] === 0, request.entries);
      }
      start = end;
    }
    rest = data.subarray(start);
  });
  return (write, done) => {
    lastId += 1;
    const id = lastId;
    pending.set(id, { done, entries: [] });
    const sent = outgoing.push(
      encoded(() => {
        write();
        bytes([0x02, 4, id >> 24, (id >> 16) & 0xff, (id >> 8) & 0xff, id & 0xff]);
        wrap(0x30);
      }),
    );
    if (sent > 1) return;
    setImmediate(() => {
      socket.write(Buffer.concat(outgoing));
      outgoing = [];
    });
  };
}

/** A `check` for the sign-in app. `what`: the filters' and the entries' attributes that the others ask for too. */
export async function createLeastCheck(directory, what) {
  const service = await open(directory);
  await new Promise((resolve) => service(bind(directory.adminDn, directory.adminPassword), resolve));
  const idle = await Promise.all(Array.from({ length: USER_CONNECTIONS }, () => open(directory)));
  const waiting = [];
  const findUser = searches(`ou=users,${directory.base}`, 2, what.userNames, what.userAttributes);
  const findGroups = searches(`ou=groups,${directory.base}`, 0, what.groupNames, what.groupAttributes);
  const release = (connection) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(connection);
    else next(connection);
  };
  return ({ body }) =>
    new Promise((resolve) => {
      service(findUser(body.username), (_ok, [user]) => {
        let verdict;
        let groups;
        const settle = () => {
          if (verdict !== undefined && groups !== undefined) resolve(verdict ? user.uid : undefined);
        };
        service(findGroups(user.dn), (_found, entries) => {
          groups = entries;
          settle();
        });
        const tryPassword = (connection) =>
          connection(bind(user.dn, body.password), (ok) => {
            release(connection);
            verdict = ok;
            settle();
          });
        const connection = idle.pop();
        if (connection === undefined) waiting.push(tryPassword);
        else tryPassword(connection);
      });
    });
}
