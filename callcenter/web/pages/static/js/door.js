// At the door: somebody may just have signed out, and the other pages of this browser are told to look.
import { say } from "./line.js";

say({ check: true });
