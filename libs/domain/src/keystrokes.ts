/** The Latin letters of the Korean two-set keyboard (KS X 5002), in the order of Unicode's jamo. */
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
 * The Latin letters that the keys of Korean `text` type: 김 is `rla`. People put Korean names and words into passwords
 * in this form, because passwords allow no Hangul. Other characters stay as they are.
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
