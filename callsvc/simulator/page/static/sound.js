// Ring and key tones, made by oscillators: there is no sound file. Frequencies in hertz.

const KEYS = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
};
const RING = [440, 480];
const RINGBACK = [440]; // the French one: 1.5 s of tone, 3.5 s of silence

let context = null, timer = null;

/** Browsers play nothing before the visitor has touched the page. */
function ready() {
  if (!navigator.userActivation?.hasBeenActive) return null;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  return context;
}

function tone(frequencies, seconds, loudness) {
  const audio = ready();
  if (!audio) return;
  const gain = audio.createGain(), end = audio.currentTime + seconds;
  gain.gain.setValueAtTime(0, audio.currentTime);
  gain.gain.linearRampToValueAtTime(loudness, audio.currentTime + 0.015);
  gain.gain.setValueAtTime(loudness, end - 0.03);
  gain.gain.linearRampToValueAtTime(0, end);
  gain.connect(audio.destination);
  for (const frequency of frequencies) {
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start();
    oscillator.stop(end);
  }
}

export function pressTone(key) {
  if (KEYS[key]) tone(KEYS[key], 0.16, 0.07);
}

export function stopRinging() {
  clearInterval(timer);
  timer = null;
}

/** Ring here ("ring"), or hear it ring at the other end ("ringback"). */
export function startRinging(kind) {
  if (timer) return;
  const once = kind === "ring"
    ? () => { tone(RING, 0.4, 0.11); setTimeout(() => timer && tone(RING, 0.4, 0.11), 600); }
    : () => tone(RINGBACK, 1.5, 0.05);
  once();
  timer = setInterval(once, kind === "ring" ? 3000 : 5000);
}
