// The shop's pictures: flat drawings, 400 x 400, each on its own ground.

const art = (ground, floor, body) =>
  `<svg class="art" viewBox="0 0 400 400" role="img" aria-hidden="true" preserveAspectRatio="xMidYMid slice"><path d="M-400 0H800v400H-400z" fill="${ground}"/><path d="M-400 312H800v88H-400z" fill="${floor}"/>${body}</svg>`

const shadow = (x, y, rx) => `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${rx / 7}" fill="#2b2a28" opacity=".13"/>`

const leaf = (x, y, turn, length, fill) =>
  `<path transform="translate(${x} ${y}) rotate(${turn}) scale(${length / 100})" d="M0 0C22-26 24-68 0-100C-24-68-22-26 0 0Z" fill="${fill}"/>`

const frond = (x, y, turn, size, fill, dark) => {
  let leaves = ''
  for (let i = 0; i < 7; i++) {
    const at = -22 - i * 19
    const long = 34 - i * 3.4
    leaves += leaf(0, at, -62 + i * 3, long, fill) + leaf(0, at, 62 - i * 3, long, dark)
  }
  return `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${size})"><path d="M0 0C4-50 4-100 0-160" stroke="${dark}" stroke-width="3.5" fill="none" stroke-linecap="round"/>${leaves}${leaf(0, -146, 0, 30, fill)}</g>`
}

/** The same drawing in a landscape frame, moved to the right to leave room for words. */
export const wide = (drawing) => drawing.replace('0 0 400 400', '-170 24 540 371')

export const drawings = {
  mug: art(
    '#e7d9c6',
    '#d9c6ad',
    `${shadow(196, 322, 106)}<path d="M268 176c58-8 70 92-8 98" fill="none" stroke="#efe6d8" stroke-width="22" stroke-linecap="round"/>
    <path d="M112 148h166l-8 150c-1 16-14 26-30 26h-90c-16 0-29-10-30-26z" fill="#f6efe4"/>
    <path d="M236 148h42l-8 150c-1 16-14 26-30 26h-24c14-40 22-110 20-176z" fill="#e6dac8"/>
    <path d="M119 282l2 16c1 16 14 26 30 26h90c16 0 28-10 30-26l1-16c-40 16-112 18-153 0z" fill="#b9835f"/>
    <ellipse cx="195" cy="148" rx="83" ry="17" fill="#dccdb7"/><ellipse cx="195" cy="151" rx="71" ry="12" fill="#5d3d2b"/>
    <g fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".65"><path d="M170 118c-10-16 12-24 2-42"/><path d="M206 112c-12-18 14-28 2-48"/></g>`,
  ),
  carafe: art(
    '#cfd8d3',
    '#b9c5bf',
    `${shadow(200, 324, 84)}<path d="M172 112h56v58c0 18 58 50 58 106 0 34-34 48-86 48s-86-14-86-48c0-56 58-88 58-106z" fill="#eef5f3" opacity=".85"/>
    <path d="M122 246c-5 10-8 20-8 30 0 34 34 48 86 48s86-14 86-48c0-10-3-20-8-30-46 16-108 14-156 0z" fill="#8fb3b0" opacity=".75"/>
    <path d="M122 246c46 16 110 16 156 0-48-11-108-11-156 0z" fill="#b6d0cd"/>
    <path d="M188 120v54c0 18-50 52-52 96" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".8"/>
    <ellipse cx="200" cy="112" rx="28" ry="6" fill="#dbe7e4"/><rect x="180" y="66" width="40" height="50" rx="9" fill="#c08a57"/><path d="M205 66h6a9 9 0 019 9v32a9 9 0 01-9 9h-6z" fill="#a57143"/>`,
  ),
  dripper: art(
    '#e9cfc2',
    '#dcbbaa',
    `${shadow(200, 326, 92)}<path d="M138 214h124l22 82c4 18-10 30-28 30H144c-18 0-32-12-28-30z" fill="#f5f1ec" opacity=".8"/>
    <path d="M124 266l-8 30c-4 18 10 30 28 30h112c18 0 32-12 28-30l-8-30c-46 10-106 10-152 0z" fill="#6b4430"/><path d="M124 266c46 10 106 10 152 0-46-7-106-7-152 0z" fill="#835640"/>
    <path d="M150 224l-16 62" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".6"/>
    <rect x="124" y="198" width="152" height="18" rx="9" fill="#fbf8f4"/>
    <path d="M122 106h156l-46 92h-64z" fill="#fdfaf6"/><path d="M216 106h62l-46 92h-26z" fill="#eadfd4"/>
    <g stroke="#e0d3c5" stroke-width="4"><path d="M158 120l24 70"/><path d="M196 120v70"/></g>
    <ellipse cx="200" cy="106" rx="78" ry="15" fill="#efe5da"/><ellipse cx="200" cy="108" rx="64" ry="10" fill="#54352a"/>
    <path d="M276 128c32-6 38 40 0 42" fill="none" stroke="#f3eae0" stroke-width="12" stroke-linecap="round"/>`,
  ),
  board: art(
    '#d7d3c0',
    '#c6c1a9',
    `${shadow(206, 330, 120)}<g transform="rotate(-7 200 220)"><rect x="112" y="132" width="176" height="196" rx="26" fill="#cf9f69"/><rect x="178" y="56" width="44" height="100" rx="22" fill="#cf9f69"/><circle cx="200" cy="82" r="10" fill="#d7d3c0"/>
    <g fill="none" stroke="#b98550" stroke-width="4" stroke-linecap="round" opacity=".8"><path d="M140 160c8 50-6 98 4 146"/><path d="M168 150c8 60-8 110 2 166"/><path d="M232 150c-8 56 10 112 0 166"/><path d="M262 160c-10 52 8 98-2 144"/><path d="M198 196c-12 22-12 54 2 76 12-22 12-54-2-76z"/></g></g>
    <circle cx="284" cy="300" r="30" fill="#b5472f"/><path d="M284 272c-4-12 6-18 14-18" stroke="#55663f" stroke-width="6" fill="none" stroke-linecap="round"/><circle cx="274" cy="291" r="7" fill="#d26b50"/>
    <circle cx="326" cy="310" r="21" fill="#c95b3c"/><path d="M326 290l3-12" stroke="#55663f" stroke-width="5" stroke-linecap="round"/>`,
  ),
  lamp: art(
    '#e8c9a0',
    '#d8b184',
    `<circle cx="200" cy="170" r="156" fill="#f6e3bf" opacity=".7"/>${shadow(200, 328, 84)}
    <path d="M152 66h96l48 126H104z" fill="#fff6e2"/><path d="M214 66h34l48 126h-60z" fill="#f1dfbd"/><path d="M104 192h192l-3 10H107z" fill="#dcc497"/>
    <rect x="194" y="200" width="12" height="26" fill="#9a7440"/>
    <path d="M200 222c52 0 60 40 44 66-8 14-4 26 6 38H150c10-12 14-24 6-38-16-26-8-66 44-66z" fill="#b8633f"/><path d="M212 223c42 4 46 40 32 65-8 14-4 26 6 38h-28c-4-34 6-70-10-103z" fill="#9d5133"/>
    <path d="M266 202v44" stroke="#9a7440" stroke-width="3"/><circle cx="266" cy="250" r="5" fill="#9a7440"/>`,
  ),
  pendant: art(
    '#c9cfd6',
    '#b7bfc8',
    `<path d="M200 0v96" stroke="#3a3d42" stroke-width="4"/><rect x="188" y="84" width="24" height="22" rx="4" fill="#3a3d42"/>
    <circle cx="200" cy="210" r="112" fill="#fdfaf2"/><path d="M200 98a112 112 0 010 224c34-50 34-174 0-224z" fill="#efe7d6"/>
    <g fill="none" stroke="#e2d8c2" stroke-width="3">${[-84, -56, -28, 0, 28, 56, 84].map((dy) => `<path d="M${200 - Math.sqrt(112 ** 2 - dy ** 2)} ${210 + dy}q${Math.sqrt(112 ** 2 - dy ** 2)} 18 ${2 * Math.sqrt(112 ** 2 - dy ** 2)} 0"/>`).join('')}</g>
    <ellipse cx="200" cy="318" rx="26" ry="7" fill="#d8ccb2"/><ellipse cx="200" cy="366" rx="120" ry="14" fill="#fff" opacity=".28"/>`,
  ),
  candle: art(
    '#c9b7ac',
    '#b9a497',
    `${shadow(200, 326, 82)}<circle cx="200" cy="112" r="70" fill="#ffe9b8" opacity=".45"/>
    <path d="M128 176h144v130c0 12-9 20-20 20H148c-11 0-20-8-20-20z" fill="#f3e9dd" opacity=".9"/><path d="M232 176h40v130c0 12-9 20-20 20h-32c10-40 12-100 12-150z" fill="#dccbb9" opacity=".9"/>
    <ellipse cx="200" cy="176" rx="72" ry="15" fill="#fff9ef"/><ellipse cx="200" cy="178" rx="60" ry="11" fill="#f4e6cf"/>
    <path d="M200 178v-28" stroke="#3c2f27" stroke-width="4"/><path d="M200 84c20 26 20 44 0 66-20-22-20-40 0-66z" fill="#f2a541"/><path d="M200 112c10 14 10 24 0 36-10-12-10-22 0-36z" fill="#fff0c4"/>
    <rect x="152" y="222" width="96" height="62" rx="4" fill="#5a4436"/><path d="M170 243h60M180 258h40" stroke="#e9dccb" stroke-width="5" stroke-linecap="round"/>`,
  ),
  fern: art(
    '#d3dccb',
    '#bfcab4',
    `${shadow(200, 334, 88)}${frond(198, 226, -66, 0.82, '#7d9468', '#64805a')}${frond(202, 226, 66, 0.82, '#7d9468', '#64805a')}${frond(198, 222, -36, 0.98, '#6d8a5c', '#557349')}${frond(202, 222, 36, 0.98, '#6d8a5c', '#557349')}${frond(200, 222, -10, 1.12, '#86a170', '#64805a')}${frond(202, 224, 14, 1.06, '#7a9866', '#557349')}
    <path d="M134 232h132l-16 84c-2 12-11 18-22 18h-56c-11 0-20-6-22-18z" fill="#c46f4a"/><path d="M222 232h44l-16 84c-2 12-11 18-22 18h-20c10-30 14-70 14-102z" fill="#a95a39"/><rect x="124" y="214" width="152" height="28" rx="6" fill="#d07d57"/><path d="M222 214h48a6 6 0 016 6v16a6 6 0 01-6 6h-48z" fill="#b5643f"/>`,
  ),
  vase: art(
    '#e3d3cf',
    '#d3bfba',
    `${shadow(200, 328, 72)}<g fill="none" stroke="#8a7350" stroke-width="4" stroke-linecap="round"><path d="M200 180C196 120 178 90 156 60"/><path d="M201 180c0-60 4-90 14-134"/><path d="M203 180c4-50 26-80 54-96"/></g>
    ${[[156, 60, -34], [164, 74, -70], [172, 86, 20], [184, 108, -64], [215, 46, 10], [211, 66, -40], [213, 66, 52], [207, 96, 60], [206, 98, -46], [257, 84, 56], [243, 92, 6], [241, 94, 100], [224, 112, 0]].map(([x, y, turn]) => leaf(x, y, turn, 32, '#d79a5b')).join('')}
    <path d="M184 172h32v34c0 14 52 26 52 72 0 34-30 50-68 50s-68-16-68-50c0-46 52-58 52-72z" fill="#e9e0d4"/><path d="M206 172h10v34c0 14 52 26 52 72 0 34-30 50-60 50 26-40 22-90-2-116z" fill="#d3c6b5"/>
    <path d="M184 172h32v34c0 10 26 18 40 38-30-14-82-14-112 0 14-20 40-28 40-38z" fill="#a9623f"/><ellipse cx="200" cy="172" rx="16" ry="5" fill="#7c442b"/>`,
  ),
}

/** A window with morning light, and three of the things in it. */
export const hero = `<svg class="art" viewBox="0 0 760 560" role="img" aria-label="A lamp, a fern and a mug on a shelf by the window" preserveAspectRatio="xMidYMid slice">
  <rect width="760" height="560" fill="#e3cdb2"/>
  <path d="M430 0h330v330H430z" fill="#f3dfbe"/><path d="M452 0h286v306H452z" fill="#fbeed3"/><circle cx="640" cy="96" r="54" fill="#f4b877"/>
  <path d="M452 228c50-46 104-54 150-26s92 10 136-22v126H452z" fill="#b7bf98"/><path d="M452 262c60-30 126-10 168 0s84 4 118-14v58H452z" fill="#97a57c"/>
  <path d="M588 0h16v306h-16zM452 146h286v12H452z" fill="#f3dfbe"/>
  <path d="M430 330L250 560H20L210 330z" fill="#f6e6c8" opacity=".45"/>
  <rect y="440" width="760" height="120" fill="#b98a5e"/><rect y="440" width="760" height="16" fill="#cfa172"/>
  <ellipse cx="196" cy="446" rx="92" ry="9" fill="#2b2a28" opacity=".16"/>
  <circle cx="196" cy="186" r="150" fill="#f9e8c4" opacity=".65"/>
  <g transform="translate(16 118) scale(.94)"><path d="M152 66h96l48 126H104z" fill="#fff6e2"/><path d="M214 66h34l48 126h-60z" fill="#f1dfbd"/><path d="M104 192h192l-3 10H107z" fill="#dcc497"/><rect x="194" y="200" width="12" height="26" fill="#9a7440"/><path d="M200 222c52 0 60 40 44 76-8 16-4 32 6 48H150c10-16 14-32 6-48-16-36-8-76 44-76z" fill="#b8633f"/><path d="M212 223c42 4 46 40 32 75-8 16-4 32 6 48h-28c-4-42 6-80-10-123z" fill="#9d5133"/></g>
  <ellipse cx="420" cy="446" rx="72" ry="8" fill="#2b2a28" opacity=".16"/>
  <g transform="translate(212 92) scale(1.04)">${frond(198, 226, -66, 0.82, '#7d9468', '#64805a')}${frond(202, 226, 66, 0.82, '#7d9468', '#64805a')}${frond(198, 222, -36, 0.98, '#6d8a5c', '#557349')}${frond(202, 222, 36, 0.98, '#6d8a5c', '#557349')}${frond(200, 222, -10, 1.12, '#86a170', '#64805a')}${frond(202, 224, 14, 1.06, '#7a9866', '#557349')}<path d="M134 232h132l-16 84c-2 12-11 18-22 18h-56c-11 0-20-6-22-18z" fill="#e9e0d4"/><path d="M222 232h44l-16 84c-2 12-11 18-22 18h-20c10-30 14-70 14-102z" fill="#d3c6b5"/><rect x="124" y="214" width="152" height="28" rx="6" fill="#f4ece1"/></g>
  <ellipse cx="612" cy="446" rx="62" ry="8" fill="#2b2a28" opacity=".16"/>
  <g transform="translate(492 252) scale(.6)"><path d="M268 176c58-8 70 92-8 98" fill="none" stroke="#4d5f53" stroke-width="22" stroke-linecap="round"/><path d="M112 148h166l-8 150c-1 16-14 26-30 26h-90c-16 0-29-10-30-26z" fill="#5f7465"/><path d="M236 148h42l-8 150c-1 16-14 26-30 26h-24c14-40 22-110 20-176z" fill="#4d5f53"/><ellipse cx="195" cy="148" rx="83" ry="17" fill="#7c9081"/><ellipse cx="195" cy="151" rx="71" ry="12" fill="#4a3023"/><g fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".7"><path d="M170 118c-10-16 12-24 2-42"/><path d="M206 112c-12-18 14-28 2-48"/></g></g>
</svg>`
