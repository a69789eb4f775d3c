// What figures share that train in a worker: starting it, resting while nobody looks, and a set-up in the address.

/** Start a worker from its program's text, which works from a file's address, too. */
export function employ(program) {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" })), worker = new Worker(address);
  URL.revokeObjectURL(address);
  return worker;
}

/** Pause what is running while the page is hidden, and go on with it after; returns what ends that. */
export function restWhileHidden(running, pause, goOn) {
  let resting = false;
  const changed = () => {
    if (document.hidden && running()) {
      resting = true;
      pause();
    } else if (!document.hidden && resting) {
      resting = false;
      goOn();
    }
  };
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}

/** Put a fragment into the page's address, without a step of its history. */
export function putAddress(fragment) {
  try {
    history.replaceState(null, "", fragment);
  } catch {} // some readers' programs show pages whose address can't be changed
}
