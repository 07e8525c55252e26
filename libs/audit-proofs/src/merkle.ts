import { sha256 } from '@noble/hashes/sha2.js';

/** A hash of the log: 32 bytes of SHA-256. */
export type Hash = Uint8Array;

/** A node of the log: the hash of the complete subtree over leaves `index * 2^level` to `(index + 1) * 2^level - 1`. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `begin` to before `end`. */
interface Range {
  readonly begin: number;
  readonly end: number;
}

/** The hash of a leaf (RFC 9162 section 2.1.1), which differs from that of every node. */
export function hashLeaf(data: Uint8Array): Hash {
  return sha256.create().update(Uint8Array.of(0)).update(data).digest();
}

/** The hash of a node over its two children (RFC 9162 section 2.1.1). */
export function hashChildren(left: Hash, right: Hash): Hash {
  return sha256.create().update(Uint8Array.of(1)).update(left).update(right).digest();
}

export const sameHash = (one: Hash, other: Hash): boolean =>
  one.length === other.length && one.every((byte, place) => byte === other[place]);

/** The largest power of two below `n`: where RFC 9162 splits a tree of `n` leaves, 2 or more. */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

/**
 * The complete subtrees that form the tree over a range, from left to right. Ranges in proofs start at a multiple of their
 * capacity, so that there is one subtree for each bit of their length.
 */
function nodesOf({ begin, end }: Range): Node[] {
  const nodes: Node[] = [];
  for (let at = begin; at < end;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The subtrees of an inclusion proof, nearest to the leaf first (RFC 9162 section 2.1.3.1). */
function inclusionRanges(index: number, { begin, end }: Range): Range[] {
  if (end - begin === 1) return [];
  const middle = begin + splitOf(end - begin);
  return index < middle
    ? [...inclusionRanges(index, { begin, end: middle }), { begin: middle, end }]
    : [...inclusionRanges(index, { begin: middle, end }), { begin, end: middle }];
}

/** The subtrees of a consistency proof (RFC 9162 section 2.1.4.1). */
function consistencyRanges(first: number, { begin, end }: Range, whole: boolean): Range[] {
  if (first === end - begin) return whole ? [] : [{ begin, end }];
  const split = splitOf(end - begin);
  const middle = begin + split;
  return first <= split
    ? [...consistencyRanges(first, { begin, end: middle }, whole), { begin: middle, end }]
    : [...consistencyRanges(first - split, { begin: middle, end }, false), { begin, end: middle }];
}

/** A proof in terms of the nodes that it needs, so that they can be read at once. */
export interface ProofPlan {
  readonly nodes: readonly Node[];
  /** @param hashOf the hash of each of the nodes */
  build(hashOf: (node: Node) => Hash): Hash[];
}

const planOf = (ranges: readonly Range[]): ProofPlan => {
  const parts = ranges.map(nodesOf);
  return {
    nodes: parts.flat(),
    build: (hashOf) => parts.map((nodes) => foldNodes(nodes.map(hashOf))),
  };
};

/** The hash over adjacent subtrees, the smaller ones to the right. */
const foldNodes = (hashes: readonly Hash[]): Hash =>
  hashes.reduceRight((right, left) => hashChildren(left, right));

/**
 * The plan for the root over the first `size` leaves.
 *
 * @throws {RangeError} for an empty log, which has no root here
 */
export function planRoot(size: number): ProofPlan {
  if (!(size > 0)) throw new RangeError('an empty log has no root');
  return planOf([{ begin: 0, end: size }]);
}

/**
 * The plan for a proof that leaf `index` is in the log of `size` leaves.
 *
 * @throws {RangeError} if there is no such leaf
 */
export function planInclusion(index: number, size: number): ProofPlan {
  if (!(index >= 0 && index < size))
    throw new RangeError(`leaf ${index} is not in a log with ${size} leaves`);
  return planOf(inclusionRanges(index, { begin: 0, end: size }));
}

/**
 * The plan for a proof that the log of `size` leaves starts with the log of `first` leaves.
 *
 * @throws {RangeError} if the first is empty or the larger
 */
export function planConsistency(first: number, size: number): ProofPlan {
  if (!(first > 0 && first <= size))
    throw new RangeError(`a log with ${size} leaves does not begin with a log with ${first}`);
  return planOf(consistencyRanges(first, { begin: 0, end: size }, true));
}

/** The root from an inclusion proof (RFC 9162 section 2.1.3.2); undefined if the proof is not valid for the size. */
export function rootByInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
): Hash | undefined {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) return undefined;
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (place % 2 === 1 || place === last) {
      hash = hashChildren(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else hash = hashChildren(hash, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}

/** Whether the log with the second root starts with the log of the first root (RFC 9162 section 2.1.4.2). */
export function isConsistent(
  first: { readonly size: number; readonly root: Hash },
  second: { readonly size: number; readonly root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!(first.size > 0 && first.size <= second.size)) return false;
  if (first.size === second.size) return proof.length === 0 && sameHash(first.root, second.root);
  const isPowerOfTwo = Number.isInteger(Math.log2(first.size));
  const path = isPowerOfTwo ? [first.root, ...proof] : proof;
  if (path.length === 0) return false;
  let [place, last] = [first.size - 1, second.size - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  let [before, after] = [path[0]!, path[0]!];
  for (const hash of path.slice(1)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      before = hashChildren(hash, before);
      after = hashChildren(hash, after);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else after = hashChildren(after, hash);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(before, first.root) && sameHash(after, second.root);
}
