package ai.scailabs.vault.pki.x509;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;

/** A request (PKCS#10, RFC 2986) of an authority of ours for a certificate that somebody else signs. It asks for the extensions of an authority, so that whoever signs can copy them. */
public final class AuthorityRequest {
    private AuthorityRequest() {}

    /** @return DER, signed by the key itself */
    public static byte[] sign(
            Subject subject,
            KeyPair pair,
            OptionalInt pathLength,
            NameConstraints constraints,
            SignatureProvider signatures) {
        SubjectKey key = SubjectKey.of(pair.getPublic());
        SignatureScheme scheme = SignatureScheme.of(key.spec());
        try {
            CertificationRequestInfo info = new CertificationRequestInfo(
                    subject.name(),
                    key.info(),
                    new DERSet(new Attribute(
                            PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                            new DERSet(extensions(key, pathLength, constraints)))));
            byte[] signature = signatures.sign(scheme, pair.getPrivate(), info.getEncoded(ASN1Encoding.DER));
            return new CertificationRequest(info, scheme.identifier(), new DERBitString(signature))
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("a request does not encode", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was just made does not sign", e);
        }
    }

    private static Extensions extensions(SubjectKey key, OptionalInt pathLength, NameConstraints constraints)
            throws IOException {
        List<Extension> asked = new ArrayList<>();
        asked.add(extension(
                Extension.basicConstraints,
                true,
                pathLength.isPresent() ? new BasicConstraints(pathLength.getAsInt()) : new BasicConstraints(true)));
        asked.add(extension(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.cRLSign)));
        asked.add(extension(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(key.keyIdentifier())));
        if (!constraints.isEmpty()) {
            asked.add(extension(Extension.nameConstraints, true, TbsAssembly.constraints(constraints)));
        }
        return new Extensions(asked.toArray(Extension[]::new));
    }

    private static Extension extension(
            org.bouncycastle.asn1.ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) throws IOException {
        return new Extension(type, critical, value.toASN1Primitive().getEncoded(ASN1Encoding.DER));
    }
}
