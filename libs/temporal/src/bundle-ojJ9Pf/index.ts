export { states } from '#libs/domain';
export async function sample(): Promise<void> {}
