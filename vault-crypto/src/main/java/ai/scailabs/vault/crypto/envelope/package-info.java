/**
 * Envelope encryption: root key, partner key, tenant key, one data key per value, and every ciphertext bound to its place. Holds no key longer than one call, does no
 * I/O besides the root key's. Start with {@link ai.scailabs.vault.crypto.envelope.EnvelopeCipher}; the stored bytes are described in docs/crypto-format.md.
 */
@NullMarked
package ai.scailabs.vault.crypto.envelope;

import org.jspecify.annotations.NullMarked;
