package ai.scailabs.vault.access.issuer;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A key as the database has it.
 *
 * @param publicKey SubjectPublicKeyInfo of a P-256 key
 * @param sealedPrivateKey PKCS #8, sealed
 * @param expiresAt when nothing that it signed is valid any more
 */
record SigningKey(String keyId, byte[] publicKey, byte[] sealedPrivateKey, Instant signsFrom, Instant expiresAt) {

    /** The one that signs now: the latest whose time has come and is not over. */
    static Optional<SigningKey> current(List<SigningKey> keys, RotationPlan plan, Instant now) {
        return keys.stream()
                .filter(key -> !key.signsFrom.isAfter(now) && now.isBefore(plan.signsUntil(key)))
                .max(Comparator.comparing(SigningKey::signsFrom).thenComparing(SigningKey::keyId));
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "SigningKey[" + keyId + "]";
    }
}
