import { DirectoryError } from './directory-error.ts';
import { doWithoutReaper } from './env.ts';

type Testcontainers = typeof import('testcontainers');
type RuntimeClient = Awaited<ReturnType<Testcontainers['getContainerRuntimeClient']>>;

export interface ContainerEngine {
  readonly testcontainers: Testcontainers;
  container(id: string): ReturnType<RuntimeClient['container']['getById']>;
}

let connected: Promise<ContainerEngine> | undefined;

/**
 * The container engine that testcontainers finds. Loaded only when it is asked for: the library takes its time.
 * @throws {DirectoryError} `kind-unavailable` where no engine answers
 */
export function connectToEngine(): Promise<ContainerEngine> {
  connected ??= connect();
  return connected;
}

async function connect(): Promise<ContainerEngine> {
  const testcontainers = await import('testcontainers');
  let client: RuntimeClient;
  try {
    client = await testcontainers.getContainerRuntimeClient();
  } catch (cause) {
    throw new DirectoryError('kind-unavailable', 'no container engine answers; start Docker', { cause });
  }
  try {
    await testcontainers.getReaper(client);
  } catch {
    // The reaper removes what a killed run leaves, but its image is pulled from a registry. Where that cannot be
    // reached, a shell that outlives us does the same (end-with-parent.ts).
    doWithoutReaper();
    await testcontainers.getReaper(client);
  }
  return {
    testcontainers,
    container: (id) => client.container.getById(id),
  };
}
