// Draws Roomink's sign with takumi, down to the bytes of an 800×480 black and white panel.
//
// What one would write who knows takumi: a tree of boxes and texts that its layout engine
// places, rendered to raw pixels, which are packed eight to a byte here. Fonts are
// registered once; takumi keeps the glyphs. internal/peers says how it is run.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const width = 800, height = 480;
const [mode, path] = process.argv.slice(2);

// The modules are beside the signs, since nothing is installed into the source tree.
const { Renderer } = createRequire(resolve(dirname(path), "package.json"))("@takumi-rs/core");

const box = (style, children = []) => ({ type: "container", style: { display: "flex", ...style }, children });
const text = (text, fontSize, fontWeight = 500, style = {}) =>
  ({ type: "text", text, style: { fontSize, fontWeight, lineHeight: 1.2, ...style } });
const oneLine = { whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis" };
const twoLines = { lineClamp: 2, textOverflow: "ellipsis" };

// prepare reads the instants of a sign, which are no part of drawing.
function prepare(sign) {
  const [begin, end] = sign.Hours.map(Date.parse);
  const share = (instant) => (Date.parse(instant) - begin) / (end - begin);
  sign.bar = sign.Day.map((d) => [share(d.From), share(d.To)]);
  sign.ticks = sign.Ticks.map((t) => [share(t.At), t.Label]);
}

function hero(sign) {
  const busy = sign.State === "busy";
  const ink = busy ? "white" : "black";
  const children = [
    text(sign.Room, 33, 700, oneLine),
    text(sign.Place, 23),
    text(sign.Headline, 142, 700, { ...oneLine, lineHeight: 1, marginTop: 6 }),
    text(sign.Detail, 46, 500, { ...oneLine, lineHeight: 1 }),
    box({ height: 2, width: 442, marginTop: 12, marginBottom: 12, backgroundColor: ink }),
  ];
  if (sign.Current) {
    children.push(text(sign.Current.Title, 29, 700, twoLines), text(`${sign.Current.Time} · ${sign.Current.Who}`, 23));
  }
  return box({
    flexDirection: "column", width: 508, height: 398, padding: "28px 33px", color: ink,
    backgroundColor: busy ? "black" : "white",
  }, children);
}

function column(sign) {
  const children = [
    text(sign.Date, 23),
    text(sign.NextHead, 23, 700, { marginTop: 16 }),
    box({ height: 3, width: 239, marginTop: 4, marginBottom: 8, backgroundColor: "black" }),
  ];
  const shown = sign.Next.slice(0, 3);
  for (const meeting of shown) {
    children.push(text(meeting.Time, 23, 700), text(meeting.Title, 23, 500, { ...twoLines, marginBottom: 8 }));
  }
  if (sign.Next.length > shown.length) {
    children.push(text(`+${sign.Next.length - shown.length}`, 23, 700));
  }
  return box({ flexDirection: "column", width: 292, height: 398, padding: "26px 0 0 26px" }, children);
}

function bar(sign) {
  const left = 34, room = 732;
  const at = (share) => left + Math.round(share * room);
  const block = (x, y, w, h) =>
    box({ position: "absolute", left: x, top: y, width: w, height: h, backgroundColor: "black" });
  return box({ position: "absolute", left: 0, top: 398, width, height: 82 }, [
    block(0, 0, width, 2),
    ...sign.bar.map(([begin, end]) => block(at(begin), 16, at(end) - at(begin), 27)),
    block(left, 42, room, 2),
    ...sign.ticks.flatMap(([share, label]) => [
      block(at(share), 42, 2, 6),
      text(label, 18, 500, { position: "absolute", left: at(share) - 20, top: 48, width: 40, textAlign: "center" }),
    ]),
  ]);
}

const tree = (sign) => box({ width, height, backgroundColor: "white", color: "black", fontFamily: "IBM Plex Sans" },
  [hero(sign), column(sign), bar(sign)]);

// pack takes the green of each pixel: there are but greys. 1 is white.
function pack(rgba) {
  const packed = Buffer.allocUnsafe((width / 8) * height);
  for (let i = 0, p = 1; i < packed.length; i++) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++, p += 4) byte = (byte << 1) | (rgba[p] >> 7);
    packed[i] = byte;
  }
  return packed;
}

const renderer = new Renderer();
const fonts = fileURLToPath(new URL("../../assets/fonts", import.meta.url));
for (const weight of ["Medium", "Bold"]) {
  await renderer.registerFont({ name: "IBM Plex Sans", data: await readFile(join(fonts, `IBMPlexSans-${weight}.ttf`)) });
}
const draw = async (sign) => pack(await renderer.render(tree(sign), { width, height, format: "raw" }));

const signs = JSON.parse(await readFile(path, "utf8"));
signs.forEach(prepare);
if (mode === "cold") {
  process.stdout.write(await draw(signs[0]));
} else {
  let times;
  for (let round = 0; round < 2; round++) { // the first time to warm up
    times = [];
    for (const sign of signs) {
      const began = performance.now();
      await draw(sign);
      times.push(performance.now() - began);
    }
  }
  console.log(times.join("\n"));
}
