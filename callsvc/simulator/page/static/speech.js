// The browser reads prompts aloud and, where it can, turns what the visitor says into words.

const LETTERS_A_SECOND = 15; // of a voice at rate 1, about what the simulator counts with
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const canListen = Boolean(Recognition);

/** Read a prompt within about the time it takes on the line; `seconds` are lived. */
export function read(text, language, seconds, speed) {
  if (!("speechSynthesis" in window)) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = language || "en-US"; // what this vendor's Say speaks when nothing is said
  const voice = speechSynthesis.getVoices().find((one) => one.lang.replace("_", "-") === utterance.lang)
    ?? speechSynthesis.getVoices().find((one) => one.lang.slice(0, 2) === utterance.lang.slice(0, 2));
  if (voice) utterance.voice = voice;
  const time = seconds && speed ? seconds / speed : text.length / LETTERS_A_SECOND;
  utterance.rate = Math.min(speed > 1 ? 1.6 : 1.25, Math.max(0.8, text.length / time / LETTERS_A_SECOND));
  speechSynthesis.speak(utterance);
}

export function hush() {
  window.speechSynthesis?.cancel();
}

/** Listen once; `heard` gets the words, `ended` is called in every case. */
export function listenOnce(language, heard, ended) {
  const recognition = new Recognition();
  recognition.lang = language || document.documentElement.lang;
  recognition.onresult = (event) => heard(event.results[0][0].transcript);
  recognition.onend = ended;
  recognition.onerror = ended;
  recognition.start();
  return () => recognition.abort();
}
