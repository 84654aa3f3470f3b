package ai.scailabs.vault.pki.x509;

import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.Certificate;

/** What a certificate that was made here says, read from its bytes. */
public record CertificateContents(
        SerialNumber serial,
        Subject subject,
        SubjectKey key,
        Validity validity,
        List<GeneralName> names,
        List<ExtendedKeyUsage> usages,
        boolean authority,
        int encodedBytes) {
    public CertificateContents {
        names = List.copyOf(names);
        usages = List.copyOf(usages);
    }

    /**
     * @param tbsCertificate as {@link LintedCertificate#tbsCertificate} gives it
     * @throws IllegalArgumentException when it is none that the lint would let through
     */
    public static CertificateContents ofTbs(byte[] tbsCertificate) {
        return of(TbsView.parse(tbsCertificate));
    }

    static CertificateContents of(TbsView tbs) {
        return new CertificateContents(
                new SerialNumber(tbs.serial().getValue()),
                tbs.subjectName(),
                tbs.subjectKey(),
                tbs.period().orElseThrow(() -> new IllegalArgumentException("no validity")),
                tbs.names(),
                tbs.usages(),
                tbs.isAuthority(),
                tbs.encoded().length);
    }

    /** @param certificate DER, made here */
    public static CertificateContents of(byte[] certificate) {
        return ofTbs(TbsView.der(Certificate.getInstance(certificate).getTBSCertificate()));
    }

    /** The first of its names, or its common name where that reads as a host, that an authority above does not allow, and why. */
    public Optional<String> constraintViolation(IssuerView issuer) {
        return issuer.constraints().stream()
                .flatMap(constraints -> constraints.violation(subject, names, !authority).stream())
                .findFirst();
    }
}
