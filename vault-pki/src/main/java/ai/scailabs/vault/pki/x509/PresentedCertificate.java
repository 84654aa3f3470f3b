package ai.scailabs.vault.pki.x509;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extensions;
import org.jspecify.annotations.Nullable;

/** A certificate that a caller shows: of it nothing is believed until {@link #isSignedBy} says whose it is. */
public final class PresentedCertificate {
    /** Much more than the largest that is issued here. */
    public static final int MAX_PEM_CHARACTERS = 96 * 1024;

    private final Certificate certificate;
    private final SerialNumber serial;
    private final byte @Nullable [] issuerKeyId;

    private PresentedCertificate(Certificate certificate) {
        this.certificate = certificate;
        this.serial = new SerialNumber(certificate.getSerialNumber().getPositiveValue());
        Extensions extensions = certificate.getTBSCertificate().getExtensions();
        AuthorityKeyIdentifier issuer = extensions == null ? null : AuthorityKeyIdentifier.fromExtensions(extensions);
        this.issuerKeyId = issuer == null ? null : issuer.getKeyIdentifierOctets();
    }

    /** Empty for anything but one block of a certificate whose fields can be read. */
    public static Optional<PresentedCertificate> parse(String pem) {
        List<Pem.Block> blocks = Pem.read(pem, MAX_PEM_CHARACTERS, 1).orElse(List.of());
        if (blocks.isEmpty() || !blocks.getFirst().label().equals(Pem.CERTIFICATE)) {
            return Optional.empty();
        }
        try {
            PresentedCertificate read = new PresentedCertificate(
                    Certificate.getInstance(TbsView.primitive(blocks.getFirst().content())));
            // Read here, where what is malformed is nobody's fault but the caller's.
            read.notAfter();
            return Optional.of(read);
        } catch (RuntimeException malformed) {
            // The library has no one exception for what it cannot read.
            return Optional.empty();
        }
    }

    public SerialNumber serial() {
        return serial;
    }

    public Instant notAfter() {
        return certificate.getEndDate().getDate().toInstant();
    }

    /** As its issuer's certificate calls that key; empty where it does not say. */
    public Optional<byte[]> issuerKeyId() {
        return Optional.ofNullable(issuerKeyId == null ? null : issuerKeyId.clone());
    }

    /** Whether it bears the name of that authority, and a signature that its key verifies. */
    public boolean isSignedBy(IssuerView issuer, SignatureProvider signatures) {
        if (!Arrays.equals(
                TbsView.der(certificate.getIssuer()), issuer.subject().encoded())) {
            return false;
        }
        try {
            SignatureScheme scheme = SignatureScheme.of(certificate.getSignatureAlgorithm())
                    .filter(each -> each.isOf(issuer.key().spec()))
                    .orElse(null);
            return scheme != null
                    && signatures.verify(
                            scheme,
                            issuer.key().publicKey(),
                            TbsView.der(certificate.getTBSCertificate()),
                            certificate.getSignature().getOctets());
        } catch (GeneralSecurityException notByThatKey) {
            return false;
        }
    }
}
