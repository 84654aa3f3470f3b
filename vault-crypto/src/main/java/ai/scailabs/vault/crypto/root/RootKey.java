package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.key.KeyMaterial;

/**
 * A key that wraps partner keys and never leaves where it is kept. Thread-safe. Every adapter passes {@code RootKeyContract}.
 *
 * <p>When the place where the key is kept cannot answer, the call ends with {@code kms_unavailable}; when it answers and the bytes were altered, or the context is not the
 * one they were wrapped in, with {@code integrity_failure}. Neither message ever holds key bytes.
 */
public interface RootKey {
    /** A stable public name, stored beside each wrapped key, that tells this root key from others: {@code local:3f2a…}. Printable ASCII without spaces; empty while it is not known, as the keeper was never reached. */
    String id();

    /** Wraps the key so that it opens only in the same context. Two calls never give the same bytes. The key stays the caller's to close. */
    byte[] wrap(KeyMaterial key, WrapContext context);

    /** The key that was wrapped; the caller closes it. */
    KeyMaterial unwrap(byte[] wrapped, WrapContext context);
}
