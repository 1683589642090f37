import { connect } from 'node:net';

/** Whether something of this computer listens at a port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((found) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    const end = (answer: boolean): void => {
      socket.destroy();
      found(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
