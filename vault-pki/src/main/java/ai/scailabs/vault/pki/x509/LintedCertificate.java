package ai.scailabs.vault.pki.x509;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Proof that the lint has read these very bytes and found nothing: only {@link CertificateLint} makes one. Good for one signature, by the issuer that it was linted for. Thread-safe.
 */
public final class LintedCertificate {
    private final byte[] tbsCertificate;
    private final CertificateContents contents;
    private final IssuerView issuer;
    private final AtomicBoolean redeemed = new AtomicBoolean();

    LintedCertificate(TbsView tbs, IssuerView issuer) {
        this.tbsCertificate = tbs.encoded();
        this.contents = CertificateContents.of(tbs);
        this.issuer = issuer;
    }

    /** What the bytes that will be signed say, for policies to be checked on. */
    public CertificateContents contents() {
        return contents;
    }

    /** The bytes that will be signed, DER of the TBSCertificate; a copy. */
    public byte[] tbsCertificate() {
        return tbsCertificate.clone();
    }

    /** For whom it was linted. */
    public IssuerView issuer() {
        return issuer;
    }

    /** @throws IllegalStateException when it was redeemed before, or is for another issuer */
    byte[] redeem(IssuerView by) {
        if (!by.subject().equals(issuer.subject()) || !by.key().equals(issuer.key())) {
            throw new IllegalStateException("this certificate was linted for another issuer");
        }
        if (!redeemed.compareAndSet(false, true)) {
            throw new IllegalStateException("this certificate was signed before");
        }
        return tbsCertificate;
    }
}
