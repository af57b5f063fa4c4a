// Data files of the atlas. A page opened from disk may not fetch, but it may load scripts: each data file is a script
// that calls `moatData` with its name and its bytes in base 64 (Python: viz/atlas/packs.py).
const LENGTH_BYTES = 4;
const arrived = new Map(); // name -> promise of a recording
const waiting = new Map(); // name -> function that takes the text

const bytesOfBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// A recording: answers by request, each [message, buffers].
export async function unpack(text) {
  const data = await inflate(bytesOfBase64(text));
  const length = new DataView(data.buffer).getUint32(0, true);
  let start = LENGTH_BYTES + length;
  const content = JSON.parse(new TextDecoder().decode(data.subarray(LENGTH_BYTES, start)));
  const take = (size) => data.subarray(start, (start += size));
  return Object.fromEntries(Object.entries(content).map(([request, answers]) =>
    [request, answers.map(([message, sizes]) => [message, sizes.map(take)])]));
}

window.moatData = (name, text) => waiting.get(name)?.(text);

// The recording of a data file; rejected if the file is missing.
export function load(name) {
  if (!arrived.has(name)) {
    arrived.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      waiting.set(name, (text) => resolve(unpack(text)));
      script.onerror = () => {
        arrived.delete(name); // the next request tries again
        reject(new Error(`the file data/${name}.js of this atlas is missing`));
      };
      script.src = `data/${name}.js`;
      document.head.append(script);
    }));
  }
  return arrived.get(name);
}
