package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.Validity;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a certificate that was signed.
 *
 * @param role by which it was issued; none for the certificate of an authority
 * @param subjectAuthority the authority of ours that it is for
 * @param der the certificate
 */
public record IssuedCertificate(
        @Nullable String role,
        @Nullable UUID subjectAuthority,
        Subject subject,
        SubjectAlternativeNames names,
        Validity validity,
        byte[] der) {
    /** Names as lists are searched by, one on each line: their kind, a colon, the name. */
    String nameLines() {
        List<String> typed = typed(names);
        if (typed.stream().anyMatch(name -> name.indexOf('\n') >= 0)) {
            throw new IllegalStateException("a name of several lines");
        }
        return String.join("\n", typed);
    }

    /** Names as the database keeps them. */
    public static List<String> typed(SubjectAlternativeNames names) {
        return names.names().stream()
                .map(name -> name.kind() + ":" + name.text())
                .toList();
    }

    @Override
    public String toString() {
        return "IssuedCertificate[" + subject + "]";
    }
}
