// One worker for every page of a browser; a page that goes, however it goes, lets go of a lock of its own name.
import { hears, leaves } from "./hub.js";

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data: { id, ...said } }) => {
    hears(id, said, (message) => port.postMessage(message));
    if (said.join) navigator.locks.request(id, () => leaves(id));
  };
};
