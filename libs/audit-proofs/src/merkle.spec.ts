import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  hashChildren,
  hashLeaf,
  isConsistent,
  planConsistency,
  planInclusion,
  planRoot,
  rootByInclusion,
  sameHash,
  type Hash,
  type Node,
} from './merkle.js';

const hex = (hash: Hash) => Buffer.from(hash).toString('hex');

/** The definition of RFC 9162 section 2.1.1, implemented literally. */
function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hashChildren(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => hashLeaf(new TextEncoder().encode(`entry ${index}`)));

/** Returns hashes of complete subtrees only, because the log stores no others. */
const keeper =
  (leaves: readonly Hash[]) =>
  ({ level, index }: Node): Hash => {
    const [begin, end] = [index * 2 ** level, (index + 1) * 2 ** level];
    if (end > leaves.length) throw new Error('the subtree is not complete');
    return rootOf(leaves.slice(begin, end));
  };

const sizes = fc.integer({ min: 1, max: 300 });
const log = fc.tuple(sizes, sizes, sizes).map((numbers) => {
  const [index, first, size] = numbers.toSorted((one, other) => one - other);
  return { index: index! - 1, first: first!, size: size! };
});

describe('the log', () => {
  it('The Merkle tree has the hashes of RFC 6962’s reference vectors', () => {
    // From the test vectors of certificate-transparency-go: eight leaves, and the root over all of them.
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const leaves = inputs.map((input) => hashLeaf(Buffer.from(input, 'hex')));
    expect(hex(leaves[0]!)).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    const [root] = planRoot(8).build(keeper(leaves));
    expect(hex(root!)).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
    expect(planInclusion(0, 8).build(keeper(leaves)).map(hex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  it('The Merkle tree makes any root from complete subtrees', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const leaves = leavesOf(size);
        expect(planRoot(size).build(keeper(leaves))).toEqual([rootOf(leaves)]);
      }),
    );
  });

  it('The Merkle tree proves every leaf of every size, and no other leaf, index or size', () => {
    fc.assert(
      fc.property(log, fc.integer({ min: 0, max: 299 }), ({ index, size }, other) => {
        const leaves = leavesOf(size);
        const root = rootOf(leaves);
        const proof = planInclusion(index, size).build(keeper(leaves));
        expect(rootByInclusion(leaves[index]!, index, size, proof)).toEqual(root);
        const leadsElsewhere = (found: Hash | undefined) => !found || !sameHash(found, root);
        expect(leadsElsewhere(rootByInclusion(hashLeaf(Uint8Array.of(7)), index, size, proof))).toBe(true);
        if (other !== index && other < size)
          expect(leadsElsewhere(rootByInclusion(leaves[index]!, other, size, proof))).toBe(true);
        if (proof.length > 0)
          expect(leadsElsewhere(rootByInclusion(leaves[index]!, index, size, proof.slice(1)))).toBe(true);
        expect(leadsElsewhere(rootByInclusion(leaves[index]!, index, size, [...proof, root]))).toBe(true);
      }),
    );
  });

  it('A consistency proof shows that the log only grew, and finds a changed prefix', () => {
    fc.assert(
      fc.property(log, ({ index, first, size }) => {
        const leaves = leavesOf(size);
        const before = { size: first, root: rootOf(leaves.slice(0, first)) };
        const after = { size, root: rootOf(leaves) };
        const proof = planConsistency(first, size).build(keeper(leaves));
        expect(isConsistent(before, after, proof)).toBe(true);

        const forged = leaves.with(index, hashLeaf(Uint8Array.of(7)));
        const otherwise = { size, root: rootOf(forged) };
        const itsProof = planConsistency(first, size).build(keeper(forged));
        expect(isConsistent(before, otherwise, itsProof)).toBe(false);
        expect(isConsistent(before, otherwise, proof)).toBe(false);
        if (first < size) expect(isConsistent(before, after, [...proof, after.root])).toBe(false);
        if (proof.length > 0) expect(isConsistent(before, after, proof.slice(1))).toBe(false);
      }),
    );
  });

  it.each([
    ['a root of nothing', () => planRoot(0)],
    ['a leaf that is not there', () => planInclusion(3, 3)],
    ['a leaf before the first', () => planInclusion(-1, 3)],
    ['a growth that shrinks', () => planConsistency(4, 3)],
    ['a growth from nothing', () => planConsistency(0, 3)],
  ])('The Merkle tree refuses to plan %s', (_, plan) => {
    expect(plan).toThrow(RangeError);
  });

  it('A malformed proof is refused', () => {
    const root = hashLeaf(Uint8Array.of(1));
    expect(rootByInclusion(root, 2, 2, [])).toBeUndefined();
    expect(rootByInclusion(root, 0.5, 2, [root])).toBeUndefined();
    expect(isConsistent({ size: 2, root }, { size: 1, root }, [])).toBe(false);
    expect(isConsistent({ size: 3, root }, { size: 5, root }, [])).toBe(false);
  });
});
