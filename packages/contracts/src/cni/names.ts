// Loaded by the CNI executable for each pod event: this file imports nothing, zod least of all.

/** Where the agent listens for the CNI executable (mode 0600). */
export const CNI_SOCKET_PATH = "/run/ratchet/cni.sock";
/** What the CNI executable keeps between its runs. */
export const CNI_STATE_DIR = "/var/lib/ratchet/cni";
/** Folder in the state folder: one `<containerId>.<ifName>.json` per DEL that found no agent. */
export const CNI_PENDING_DEL_DIR = "pending-del";
/** Within this the executable has answered, whatever else hangs; the runtime itself waits for minutes. */
export const CNI_DEADLINE_SECONDS = 40;
export const CNI_DEADLINE_SECONDS_MAX = 45;

/** Newest last. */
export const CNI_VERSIONS = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

/** Of a configuration that names none: the oldest whose result has several interfaces. */
export const CNI_VERSION_DEFAULT = "0.3.1";

/** Container ids and network names, CNI SPEC 1.1, section 2 and "Network configuration format". */
export const CNI_NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Error codes of the CNI SPEC 1.1, section 5, "Error". From 100 on they are ours. */
export const CNI_ERROR = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  io: 5,
  decode: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  limitedConnectivity: 51,
  internal: 100,
  /** CHECK found something else than prevResult says. */
  checkFailed: 101,
} as const;
