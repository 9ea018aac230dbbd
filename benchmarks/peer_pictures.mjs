// The loop of accuracy.py's JavaScript peers: pictures come in on standard input, answers go out.
//
// A request is one line of JSON, {"kind", "width", "height"}, and then the RGB bytes. "picture": find
// the faces and read them; "face": the whole picture is one face, read it. An answer is one line:
// {"faces": [{"area", "scores"}], "cpu_ms"}, the scores in the order of CLASSES. The first line says
// who answers: {"version"}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The peers' names of our five classes, in our order. Disgust and fear are left out. */
export const CLASSES = ["angry", "happy", "neutral", "sad", "surprise"];

/** The folder that holds node_modules. */
export const folder = path.resolve(process.argv[2]);
/** Loads a package from that folder, not from beside this file. */
export const load = createRequire(path.join(folder, "package.json"));

async function* chunks() {
  let rest = Buffer.alloc(0);
  let wanted = 0; // bytes; 0: up to the end of the line
  let request = null;
  for await (const chunk of process.stdin) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (!request) {
        const end = rest.indexOf(10);
        if (end < 0) break;
        request = JSON.parse(rest.subarray(0, end).toString());
        wanted = request.width * request.height * 3;
        rest = rest.subarray(end + 1);
      }
      if (rest.length < wanted) break;
      yield { ...request, pixels: new Uint8Array(rest.subarray(0, wanted)) };
      rest = rest.subarray(wanted);
      request = null;
    }
  }
}

/** Answers every picture with `find`, every face with `read`; both take a tensor (h, w, 3). */
export async function serve(home, tf, find, read) {
  const { version } = JSON.parse(readFileSync(path.join(home, "package.json")));
  process.stdout.write(JSON.stringify({ version }) + "\n");
  for await (const { kind, width, height, pixels } of chunks()) {
    const before = process.cpuUsage();
    const tensor = tf.tensor3d(pixels, [height, width, 3], "int32");
    const faces = kind === "face" ? [{ area: 1, scores: await read(tensor) }] : await find(tensor);
    tf.dispose(tensor);
    const used = process.cpuUsage(before);
    const answer = { faces, cpu_ms: (used.user + used.system) / 1000 };
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
}
