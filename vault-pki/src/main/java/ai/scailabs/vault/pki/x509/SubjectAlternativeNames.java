package ai.scailabs.vault.pki.x509;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralNames;

/** The names that a certificate is for, each once, in the order in which they were asked for. */
public record SubjectAlternativeNames(List<GeneralName> names) {
    public static final SubjectAlternativeNames NONE = new SubjectAlternativeNames(List.of());

    public SubjectAlternativeNames {
        names = List.copyOf(new LinkedHashSet<>(names));
    }

    public static SubjectAlternativeNames of(GeneralName... names) {
        return new SubjectAlternativeNames(List.of(names));
    }

    /** Of the lists of a request: {@code alt_names} by {@link NameSyntax#parse}, {@code ip_sans} by {@link NameSyntax#ip(String)}. */
    public static SubjectAlternativeNames parse(List<String> altNames, List<String> ipSans) {
        return new SubjectAlternativeNames(Stream.concat(
                        altNames.stream().map(NameSyntax::parse),
                        ipSans.stream().map(NameSyntax::ip))
                .toList());
    }

    /** With one more in front, unless it is there already. */
    public SubjectAlternativeNames with(GeneralName name) {
        return new SubjectAlternativeNames(
                Stream.concat(Stream.of(name), names.stream().filter(other -> !other.equals(name)))
                        .toList());
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** The one that a common name repeats byte for byte, an IPv6 address as RFC 5952 writes it. */
    public Optional<GeneralName> named(String text) {
        return names.stream().filter(name -> name.text().equals(text)).findFirst();
    }

    GeneralNames encode() {
        return new GeneralNames(names.stream()
                .map(SubjectAlternativeNames::encode)
                .toArray(org.bouncycastle.asn1.x509.GeneralName[]::new));
    }

    private static org.bouncycastle.asn1.x509.GeneralName encode(GeneralName name) {
        return switch (name) {
            case GeneralName.Dns dns -> tagged(org.bouncycastle.asn1.x509.GeneralName.dNSName, dns.text());
            case GeneralName.Email email -> tagged(org.bouncycastle.asn1.x509.GeneralName.rfc822Name, email.text());
            case GeneralName.Uri uri ->
                tagged(org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier, uri.text());
            case GeneralName.Ip ip ->
                new org.bouncycastle.asn1.x509.GeneralName(
                        org.bouncycastle.asn1.x509.GeneralName.iPAddress,
                        new DEROctetString(ip.address().getAddress()));
        };
    }

    private static org.bouncycastle.asn1.x509.GeneralName tagged(int tag, String text) {
        return new org.bouncycastle.asn1.x509.GeneralName(tag, new DERIA5String(text, true));
    }
}
