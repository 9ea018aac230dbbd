// The side of face-api (the maintained face-api.js) in accuracy.py: `node peer_faceapi.mjs DIR FINDER`.
//
// FINDER is one of its two face finders at their defaults: "ssd" (its best) or "tiny" (its fastest).

import path from "node:path";
import { CLASSES, folder, load, serve } from "./peer_pictures.mjs";

const tf = load("@tensorflow/tfjs");
const wasm = load("@tensorflow/tfjs-backend-wasm");
const faceapi = load("@vladmandic/face-api/dist/face-api.node-wasm.js");

wasm.setWasmPaths(path.join(folder, "node_modules/@tensorflow/tfjs-backend-wasm/dist/"));
await tf.setBackend("wasm");
await tf.ready();

const home = path.join(folder, "node_modules/@vladmandic/face-api");
const weights = path.join(home, "model");
const tiny = process.argv[3] === "tiny";
const finder = tiny ? faceapi.nets.tinyFaceDetector : faceapi.nets.ssdMobilenetv1;
const options = tiny ? new faceapi.TinyFaceDetectorOptions() : new faceapi.SsdMobilenetv1Options();
await finder.loadFromDisk(weights);
await faceapi.nets.faceExpressionNet.loadFromDisk(weights);

/** face-api says "surprised" where others say "surprise". */
const scores = (found) => CLASSES.map((name) => found[name === "surprise" ? "surprised" : name]);

await serve(
  home,
  tf,
  async (tensor) => {
    const faces = await faceapi.detectAllFaces(tensor, options).withFaceExpressions();
    return faces.map((face) => ({
      area: face.detection.box.area,
      scores: scores(face.expressions),
    }));
  },
  async (tensor) => scores(await faceapi.nets.faceExpressionNet.predictExpressions(tensor)),
);
