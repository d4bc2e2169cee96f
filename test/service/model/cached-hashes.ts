import { type HashPassword, hashMailPassword } from '../../panel-simulator/state/stored-hashes.js'

/** Hashes each password once. */
export function createCachedHashes(): HashPassword {
  const hashes = new Map<string, Promise<string>>()
  return async (password, scheme) => {
    const hash = hashes.get(`${scheme} ${password}`) ?? hashMailPassword(password, scheme)
    hashes.set(`${scheme} ${password}`, hash)
    return hash
  }
}
