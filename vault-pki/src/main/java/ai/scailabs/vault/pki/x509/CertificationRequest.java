package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;

/**
 * A request of somebody else for a certificate (PKCS#10, RFC 2986), whose signature proves that they hold the key. Of the extensions that it asks for the names are read and nothing else: what a
 * certificate may do is the role's to say.
 */
public record CertificationRequest(Subject subject, SubjectKey key, SubjectAlternativeNames names) {
    /** Much more than the largest that makes sense, with a key of ML-DSA and a hundred names. */
    public static final int MAX_PEM_CHARACTERS = 32 * 1024;

    private static final List<String> LABELS = List.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");

    /**
     * @throws VaultException {@code csr_rejected} with the rule, or {@code name_not_allowed} for a name that no certificate may have
     */
    public static CertificationRequest parse(String pem, SignatureProvider signatures) {
        return read(der(pem), signatures);
    }

    /**
     * The bytes of the one request in a text; whether they are one, only {@link #read} tells.
     *
     * @throws VaultException {@code csr_rejected} with the rule
     */
    public static byte[] der(String pem) {
        if (pem.length() > MAX_PEM_CHARACTERS) {
            throw refusal("csr_size", "more than " + MAX_PEM_CHARACTERS + " characters");
        }
        Optional<List<Pem.Block>> blocks = Pem.read(pem, MAX_PEM_CHARACTERS, 1);
        if (blocks.isEmpty() || !LABELS.contains(blocks.get().getFirst().label())) {
            throw refusal("csr_form", "not one PEM block of a certificate request");
        }
        return blocks.get().getFirst().content();
    }

    /** @throws VaultException as {@link #parse} */
    public static CertificationRequest read(byte[] der, SignatureProvider signatures) {
        try {
            return decode(der, signatures);
        } catch (VaultException refused) {
            throw refused;
        } catch (GeneralSecurityException e) {
            throw refusal("csr_signature", "the signature cannot be verified");
        } catch (RuntimeException malformed) {
            // The library has no one exception for what it cannot read.
            throw refusal("csr_form", "not a certificate request");
        }
    }

    private static CertificationRequest decode(byte[] der, SignatureProvider signatures)
            throws GeneralSecurityException {
        var request = org.bouncycastle.asn1.pkcs.CertificationRequest.getInstance(TbsView.primitive(der));
        CertificationRequestInfo info = request.getCertificationRequestInfo();
        // What is written in two ways is read in two ways, and signed in one.
        if (!Arrays.equals(TbsView.der(request), der)) {
            throw refusal("csr_form", "not DER");
        }
        if (!info.getVersion().hasValue(0)) {
            throw refusal("csr_form", "a version other than 1, the only one there is");
        }
        Subject subject = Subject.copyOf(TbsView.der(info.getSubject()));
        if (!subject.isReadable()) {
            throw refusal("csr_form", "a subject that is no text");
        }
        SubjectKey key = SubjectKey.decode(TbsView.der(info.getSubjectPublicKeyInfo()));
        SignatureScheme scheme = SignatureScheme.of(request.getSignatureAlgorithm())
                .filter(each -> each.isOf(key.spec()))
                .orElseThrow(() -> refusal(
                        "csr_signature",
                        "an algorithm that is weak, or not the key's: "
                                + request.getSignatureAlgorithm().getAlgorithm()));
        byte[] signature = request.getSignature().getOctets();
        if (!signatures.verify(scheme, key.publicKey(), TbsView.der(info), signature)) {
            throw refusal("csr_signature", "not by the key that it holds");
        }
        return new CertificationRequest(subject, key, new SubjectAlternativeNames(names(info)));
    }

    private static List<GeneralName> names(CertificationRequestInfo info) {
        List<GeneralName> names = new ArrayList<>();
        ASN1Set attributes = info.getAttributes();
        if (attributes == null) {
            return names;
        }
        boolean read = false;
        for (ASN1Encodable each : attributes) {
            Attribute attribute = Attribute.getInstance(each);
            if (!attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
                continue;
            }
            if (read || attribute.getAttrValues().size() != 1) {
                // Which of the lists counts would be read differently by whoever approves and whoever signs.
                throw refusal("csr_form", "more than one list of extensions");
            }
            read = true;
            for (ASN1Encodable value : attribute.getAttrValues()) {
                Extensions asked = Extensions.getInstance(value);
                if (!Arrays.equals(TbsView.der(asked), TbsView.der(value))) {
                    throw refusal("csr_form", "extensions that are not DER");
                }
                Extension extension = asked.getExtension(Extension.subjectAlternativeName);
                if (extension != null) {
                    ASN1Sequence.getInstance(extension.getExtnValue().getOctets())
                            .forEach(name -> names.add(name(ASN1TaggedObject.getInstance(name))));
                }
            }
        }
        return names;
    }

    /** In the one spelling of certificates, whichever the request chose. */
    private static GeneralName name(ASN1TaggedObject tagged) {
        return switch (tagged.getTagNo()) {
            case org.bouncycastle.asn1.x509.GeneralName.dNSName -> NameSyntax.dns(text(tagged));
            case org.bouncycastle.asn1.x509.GeneralName.rfc822Name -> NameSyntax.email(text(tagged));
            case org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier -> NameSyntax.uri(text(tagged));
            case org.bouncycastle.asn1.x509.GeneralName.iPAddress ->
                NameSyntax.ip(ASN1OctetString.getInstance(tagged, false).getOctets());
            default ->
                throw NameSyntax.refusal(
                        "name_kind", "[" + tagged.getTagNo() + "]", "is a kind of name that is not made");
        };
    }

    /** Of other octets nobody knows what they stand for: a name beyond ASCII is written as A-labels. */
    private static String text(ASN1TaggedObject tagged) {
        String text = ASN1IA5String.getInstance(tagged, false).getString();
        if (!ASN1IA5String.isIA5String(text)) {
            throw refusal("csr_form", "a name that is not in ASCII");
        }
        return text;
    }

    private static VaultException refusal(String rule, String value) {
        return new VaultException(
                ErrorCode.CSR_REJECTED, "the request is refused: " + value, Map.of("rule", rule, "value", value));
    }
}
