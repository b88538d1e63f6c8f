// Two soft notes while an offer stands. Sound is allowed by the first gesture: "Prendre mon poste".
let sound = null;
let ringing = null;
let offered = null;

export function unlock() {
  if (navigator.userActivation?.hasBeenActive === false) return; // a key such as Alt alone is no gesture
  sound ??= new AudioContext();
  if (sound.state === "suspended") sound.resume();
}

export function ring(offer) {
  if (offer === offered) return;
  offered = offer;
  clearInterval(ringing);
  if (!offer) return;
  notes();
  ringing = setInterval(notes, 2500);
}

function notes() {
  if (!sound || sound.state !== "running") return;
  note(659, 0);
  note(784, 0.22);
}

function note(pitch, after) {
  const at = sound.currentTime + after;
  const tone = sound.createOscillator();
  const loudness = sound.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.18, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
  tone.connect(loudness).connect(sound.destination);
  tone.start(at);
  tone.stop(at + 0.45);
}
