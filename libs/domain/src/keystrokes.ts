/** Latin letters of the Korean two-set keyboard (KS X 5002), in the order of the jamo in Unicode's Hangul syllables. */
const initials = [
  'r',
  'R',
  's',
  'e',
  'E',
  'f',
  'a',
  'q',
  'Q',
  't',
  'T',
  'd',
  'w',
  'W',
  'c',
  'z',
  'x',
  'v',
  'g',
];
const medials = 'k,o,i,O,j,p,u,P,h,hk,ho,hl,y,n,nj,np,nl,b,m,ml,l'.split(',');
const finals = ',r,R,rt,s,sw,sg,e,f,fr,fa,fq,ft,fx,fv,fg,a,q,qt,t,T,d,w,c,z,x,v,g'.split(',');

const firstSyllable = 0xac00;
const syllables = initials.length * medials.length * finals.length;

/**
 * What is typed on a keyboard switched to Latin letters when one types `text` as in Korean: 김 is `rla`. So names and
 * words get into passwords, which take no Hangul. Other characters stay as they are.
 */
export function keystrokesOf(text: string): string {
  return [...text.normalize('NFC')]
    .map((character) => {
      const index = character.codePointAt(0)! - firstSyllable;
      if (index < 0 || index >= syllables) return character;
      const final = index % finals.length;
      const medial = Math.floor(index / finals.length) % medials.length;
      const initial = Math.floor(index / finals.length / medials.length);
      return `${initials[initial]}${medials[medial]}${finals[final]}`;
    })
    .join('');
}
