package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.GeneralName;
import java.util.Arrays;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;

/** Whether a certificate is for a name (RFC 9525): only alternative names count, and a wildcard stands for one whole left-most label. */
final class NameMatch {
    private NameMatch() {}

    static boolean matches(PathCertificate certificate, GeneralName wanted) {
        return certificate.extensions().alternativeNames().stream().anyMatch(each -> matches(each, wanted));
    }

    private static boolean matches(org.bouncycastle.asn1.x509.GeneralName name, GeneralName wanted) {
        return switch (wanted) {
            case GeneralName.Dns dns ->
                name.getTagNo() == org.bouncycastle.asn1.x509.GeneralName.dNSName
                        && isHost(text(name).toLowerCase(Locale.ROOT), dns.text());
            case GeneralName.Ip ip ->
                name.getTagNo() == org.bouncycastle.asn1.x509.GeneralName.iPAddress
                        && name.getName() instanceof ASN1OctetString octets
                        && Arrays.equals(octets.getOctets(), ip.address().getAddress());
            case GeneralName.Email email ->
                name.getTagNo() == org.bouncycastle.asn1.x509.GeneralName.rfc822Name
                        && isMailbox(text(name), email.text());
            case GeneralName.Uri uri ->
                name.getTagNo() == org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier
                        && text(name).equals(uri.text());
        };
    }

    private static boolean isHost(String presented, String wanted) {
        if (!presented.startsWith("*.")) {
            return presented.indexOf('*') < 0 && presented.equals(wanted);
        }
        String below = presented.substring(1);
        int dot = wanted.indexOf('.');
        // Two labels at least: nobody has all of a top-level domain.
        return below.indexOf('.', 1) > 0
                && below.indexOf('*') < 0
                && dot > 0
                && wanted.substring(dot).equals(below);
    }

    private static boolean isMailbox(String presented, String wanted) {
        int at = presented.lastIndexOf('@');
        return at == wanted.lastIndexOf('@')
                && at > 0
                && presented.substring(0, at).equals(wanted.substring(0, at))
                && presented.substring(at).equalsIgnoreCase(wanted.substring(at));
    }

    private static String text(org.bouncycastle.asn1.x509.GeneralName name) {
        return name.getName() instanceof ASN1String text ? text.getString() : "";
    }
}
