// The side of @vladmandic/human in accuracy.py: `node peer_human.mjs DIR`.
//
// Its own pipeline at its defaults (face finder, mesh, expression), without what expressions do not
// need: body, hands, gestures, iris, age. Its weights are read from the package, never from the net.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { CLASSES, folder, load, serve } from "./peer_pictures.mjs";

const MODELS = "http://models/";
const home = path.join(folder, "node_modules/@vladmandic/human");
globalThis.fetch = async (url) => {
  if (!`${url}`.startsWith(MODELS)) throw new Error(`not a model: ${url}`);
  return new Response(await readFile(path.join(home, "models", `${url}`.slice(MODELS.length))));
};

const { Human } = load(path.join(home, "dist/human.node-wasm.js"));
const human = new Human({
  backend: "wasm",
  wasmPath: path.join(folder, "node_modules/@tensorflow/tfjs-backend-wasm/dist/"),
  modelBasePath: MODELS,
  warmup: "none",
  face: {
    detector: { maxDetected: 10 },
    iris: { enabled: false },
    description: { enabled: false },
    emotion: { minConfidence: 0 },
  },
  body: { enabled: false },
  hand: { enabled: false },
  gesture: { enabled: false },
});
await human.load();
const { tf } = human;

/** What its expression network gets: 64 px, grey, -1..1 (its gear/emotion). */
const NAMES = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];
const network = await tf.loadGraphModel(`${MODELS}emotion.json`, { fetchFunc: globalThis.fetch });
const side = network.inputs[0].shape[2];

await serve(
  home,
  tf,
  async (tensor) => {
    const { face } = await human.detect(tensor);
    return face.map(({ box, emotion }) => ({
      area: box[2] * box[3],
      scores: CLASSES.map((name) => emotion.find((each) => each.emotion === name)?.score ?? 0),
    }));
  },
  async (tensor) => {
    const answer = tf.tidy(() => {
      const small = tf.image.resizeBilinear(tf.div(tf.expandDims(tensor), 255), [side, side]);
      const grey = tf.sum(tf.mul(small, [0.2989, 0.587, 0.114]), 3, true);
      return network.execute(tf.mul(tf.sub(grey, 0.5), 2));
    });
    const shares = await answer.data();
    tf.dispose(answer);
    return CLASSES.map((name) => shares[NAMES.indexOf(name)]);
  },
);
