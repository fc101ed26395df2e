// Does, with the carrier's official SDK for Node.js, the steps it reads: one JSON object a line in, one out.
import readline from "node:readline";
import twilio from "twilio";

const [address, account, user, password] = process.argv.slice(2);

class Redirected extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace("https://api.twilio.com", address) });
  }
}

const client = twilio(user, password, { accountSid: account, httpClient: new Redirected() });

const camel = (name) => name.replace(/_+$/, "").replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const isDate = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

function given(parameters) {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [camel(name), isDate(value) ? new Date(value) : value]),
  );
}

function shown(resource) {
  return Object.fromEntries(Object.entries(resource.toJSON()).map(([name, value]) => [snake(name), value]));
}

// "calls/CA1/recordings" is client.calls("CA1").recordings
function at(path) {
  const [first, ...rest] = path.split("/");
  let place = first === "accounts" ? client.api.v2010.accounts : client[camel(first)];
  rest.forEach((word, index) => {
    place = index % 2 === 0 ? place(word) : place[camel(word)];
  });
  return place;
}

async function perform({ path, action, parameters }) {
  const place = at(path);
  if (action === "fetch" || action === "remove") {
    const answer = await place[action]();
    return action === "fetch" ? shown(answer) : answer;
  }
  const answer = await place[action](given(parameters));
  return Array.isArray(answer) ? answer.map(shown) : shown(answer);
}

function validate({ token, signature, url, parameters }) {
  return twilio.validateRequest(token, signature, url, parameters);
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  let answer;
  try {
    answer = { result: step.action === "validate" ? validate(step) : await perform(step) };
  } catch (problem) {
    answer = { code: problem.code ?? null, status: problem.status ?? null, message: String(problem.message) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
