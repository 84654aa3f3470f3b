package ai.scailabs.vault.pki.x509;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.util.Arrays;

/** Signs lists that were linted, however long, and hands nothing out whose signature the issuer's public key does not verify. Thread-safe. */
public final class CrlSigner {
    private final SignatureProvider signatures;

    public CrlSigner(SignatureProvider signatures) {
        this.signatures = signatures;
    }

    /**
     * @param key the issuer's; read for this signature only
     * @param entries the ones that were linted, in their order; read twice
     * @throws IllegalStateException when they are not those that were linted, the proof was redeemed before, or the key is not the issuer's
     */
    public SignedCrl sign(LintedCrl linted, PrivateKey key, MessageSource entries) {
        linted.redeem();
        IssuerView issuer = linted.issuer();
        SignatureScheme scheme = issuer.scheme();
        try {
            MessageDigest seen = CrlLint.sha256();
            byte[] signature = signatures.sign(scheme, key, whole(linted, entries, seen));
            requireSame(linted, seen);
            byte[] end = CrlAssembly.end(scheme, signature);
            long tbsLength = linted.head().length + linted.entriesLength() + linted.tail().length;
            byte[] first = CrlAssembly.joined(CrlAssembly.header(0x30, tbsLength + end.length), linted.head());
            byte[] last = CrlAssembly.joined(linted.tail(), end);

            MessageDigest again = CrlLint.sha256();
            MessageDigest all = CrlLint.sha256();
            all.update(first);
            boolean verified = signatures.verify(
                    scheme,
                    issuer.key().publicKey(),
                    whole(
                            linted,
                            sink -> entries.writeTo(octets -> {
                                all.update(octets);
                                sink.take(octets);
                            }),
                            again),
                    signature);
            requireSame(linted, again);
            if (!verified) {
                throw new IllegalStateException("the signature is not the issuer's");
            }
            all.update(last);
            return new SignedCrl(first, last, first.length + linted.entriesLength() + last.length, all.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the issuer's key does not sign", e);
        }
    }

    private static MessageSource whole(LintedCrl linted, MessageSource entries, MessageDigest seen) {
        return sink -> {
            sink.take(linted.head());
            entries.writeTo(octets -> {
                seen.update(octets);
                sink.take(octets);
            });
            sink.take(linted.tail());
        };
    }

    private static void requireSame(LintedCrl linted, MessageDigest seen) {
        if (!Arrays.equals(linted.entriesSha256(), seen.digest())) {
            throw new IllegalStateException("the entries are not those that were linted");
        }
    }
}
