import autocannon from 'autocannon';

const people = ['user01', 'user02', 'user03'];
const requests = people.map((name, index) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: `username=${name}&password=password${index + 1}`,
}));

/** Sign-ins per second, counting those alone that succeeded, and how many did not. */
export async function measure(url, clients, seconds) {
  const result = await autocannon({ url, connections: clients, duration: seconds, requests, timeout: 10 });
  return { rate: result['2xx'] / result.duration, failures: result.non2xx + result.errors };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
