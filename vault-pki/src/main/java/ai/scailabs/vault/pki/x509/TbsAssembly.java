package ai.scailabs.vault.pki.x509;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.jspecify.annotations.Nullable;

/** Encodes a draft. Each profile has its extensions, criticality and all, in one place here; whether they are right is for {@link CertificateLint} to say. */
final class TbsAssembly {
    private static final int VERSION_3 = 2;

    private final CertificateDraft draft;
    private final IssuerView issuer;
    private final ASN1EncodableVector extensions = new ASN1EncodableVector();

    private TbsAssembly(CertificateDraft draft, IssuerView issuer) {
        this.draft = draft;
        this.issuer = issuer;
    }

    static byte[] encode(CertificateDraft draft, IssuerView issuer) {
        try {
            return new TbsAssembly(draft, issuer).tbsCertificate();
        } catch (IOException e) {
            throw new IllegalStateException("a draft does not encode", e);
        }
    }

    private byte[] tbsCertificate() throws IOException {
        addExtensions();
        ASN1EncodableVector tbs = new ASN1EncodableVector();
        tbs.add(new DERTaggedObject(true, 0, new ASN1Integer(VERSION_3)));
        tbs.add(new ASN1Integer(draft.serial().value()));
        tbs.add(issuer.scheme().identifier());
        tbs.add(ASN1Primitive.fromByteArray(issuer.subject().encoded()));
        tbs.add(new DERSequence(new ASN1Encodable[] {
            TimeText.encode(draft.validity().notBefore()),
            TimeText.encode(draft.validity().notAfter())
        }));
        tbs.add(ASN1Primitive.fromByteArray(draft.subject().encoded()));
        tbs.add(draft.key().info());
        tbs.add(new DERTaggedObject(true, 3, new DERSequence(extensions)));
        return new DERSequence(tbs).getEncoded(ASN1Encoding.DER);
    }

    private void addExtensions() throws IOException {
        boolean selfSigned =
                issuer.key().equals(draft.key()) && issuer.subject().equals(draft.subject());
        if (!selfSigned) {
            add(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(issuer.keyIdentifierOctets()));
        }
        add(
                Extension.subjectKeyIdentifier,
                false,
                new SubjectKeyIdentifier(draft.key().keyIdentifier()));
        switch (draft.profile()) {
            case CertificateProfile.Authority authority -> addAuthority(authority);
            case CertificateProfile.EndEntity leaf -> addEndEntity(leaf);
            case CertificateProfile.OcspResponder _ -> addResponder();
        }
        if (!draft.names().isEmpty()) {
            add(
                    Extension.subjectAlternativeName,
                    draft.subject().isEmpty(),
                    draft.names().encode());
        }
        if (!selfSigned) {
            addEndpoints();
        }
    }

    private void addAuthority(CertificateProfile.Authority authority) throws IOException {
        add(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.cRLSign));
        OptionalInt pathLength = pathLength(authority);
        add(
                Extension.basicConstraints,
                true,
                pathLength.isPresent() ? new BasicConstraints(pathLength.getAsInt()) : new BasicConstraints(true));
        addUsages(authority.usages());
        if (!authority.constraints().isEmpty()) {
            add(Extension.nameConstraints, true, constraints(authority.constraints()));
        }
    }

    /** One less than the issuer's where nobody said less: what is left unsaid would look like more than it is. */
    private OptionalInt pathLength(CertificateProfile.Authority authority) {
        if (authority.pathLength().isPresent() || issuer.pathLength().isEmpty()) {
            return authority.pathLength();
        }
        return OptionalInt.of(Math.max(0, issuer.pathLength().getAsInt() - 1));
    }

    private void addEndEntity(CertificateProfile.EndEntity leaf) throws IOException {
        boolean transport =
                leaf.keyEncipherment() && draft.key().spec().isRsa() && KeyRules.transportsKeys(leaf.usages());
        add(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | (transport ? KeyUsage.keyEncipherment : 0)));
        if (leaf.basicConstraints()) {
            add(Extension.basicConstraints, false, new DERSequence());
        }
        addUsages(leaf.usages());
        if (!leaf.policies().isEmpty()) {
            add(
                    Extension.certificatePolicies,
                    false,
                    new CertificatePolicies(leaf.policies().stream()
                            .map(oid -> new PolicyInformation(new ASN1ObjectIdentifier(oid)))
                            .toArray(PolicyInformation[]::new)));
        }
        if (leaf.noRevocation()) {
            add(Extension.noRevAvail, false, DERNull.INSTANCE);
        }
    }

    private void addResponder() throws IOException {
        add(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        addUsages(Set.of(ExtendedKeyUsage.OCSP_SIGNING));
        add(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
    }

    private void addUsages(Set<ExtendedKeyUsage> usages) throws IOException {
        if (usages.isEmpty()) {
            return;
        }
        // In one order, whatever order the set has.
        KeyPurposeId[] purposes = usages.stream()
                .map(ExtendedKeyUsage::oid)
                .sorted()
                .map(oid -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)))
                .toArray(KeyPurposeId[]::new);
        // RFC 3161 §2.3: critical, and so nothing but that.
        boolean critical = usages.contains(ExtendedKeyUsage.TIME_STAMPING);
        add(Extension.extendedKeyUsage, critical, new org.bouncycastle.asn1.x509.ExtendedKeyUsage(purposes));
    }

    private void addEndpoints() throws IOException {
        CertificateEndpoints endpoints = draft.endpoints();
        if (!endpoints.crl().isEmpty()) {
            GeneralNames names = new GeneralNames(
                    endpoints.crl().stream().map(TbsAssembly::uri).toArray(GeneralName[]::new));
            add(Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {
                new DistributionPoint(new DistributionPointName(names), null, null)
            }));
        }
        List<AccessDescription> access = new ArrayList<>();
        endpoints.ocsp().forEach(url -> access.add(new AccessDescription(AccessDescription.id_ad_ocsp, uri(url))));
        endpoints
                .caIssuers()
                .forEach(url -> access.add(new AccessDescription(AccessDescription.id_ad_caIssuers, uri(url))));
        if (!access.isEmpty()) {
            add(
                    Extension.authorityInfoAccess,
                    false,
                    new AuthorityInformationAccess(access.toArray(AccessDescription[]::new)));
        }
    }

    private static GeneralName uri(String url) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(url, true));
    }

    static org.bouncycastle.asn1.x509.NameConstraints constraints(NameConstraints constraints) {
        return new org.bouncycastle.asn1.x509.NameConstraints(
                subtrees(
                        constraints.permittedDns(),
                        constraints.permittedIp(),
                        constraints.permittedEmail(),
                        constraints.permittedUri()),
                subtrees(
                        constraints.excludedDns(),
                        constraints.excludedIp(),
                        constraints.excludedEmail(),
                        constraints.excludedUri()));
    }

    /** No list rather than an empty one, which the RFC does not have. */
    private static GeneralSubtree @Nullable [] subtrees(
            List<String> dns, List<String> ip, List<String> email, List<String> uri) {
        Stream<GeneralName> bases = Stream.of(
                        dns.stream().map(base -> text(GeneralName.dNSName, base)),
                        ip.stream()
                                .map(range -> new GeneralName(
                                        GeneralName.iPAddress, new DEROctetString(addressAndMask(range)))),
                        email.stream().map(base -> text(GeneralName.rfc822Name, base)),
                        uri.stream().map(base -> text(GeneralName.uniformResourceIdentifier, base)))
                .flatMap(each -> each);
        GeneralSubtree[] all = bases.map(GeneralSubtree::new).toArray(GeneralSubtree[]::new);
        return all.length == 0 ? null : all;
    }

    private static GeneralName text(int tag, String text) {
        return new GeneralName(tag, new DERIA5String(text, true));
    }

    /** 8 or 32 octets. The range was checked when the constraints were made. */
    private static byte[] addressAndMask(String range) {
        String[] parts = range.split("/", -1);
        byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
        int length = parts.length == 1 ? address.length * 8 : Integer.parseInt(parts[1]);
        byte[] both = Arrays.copyOf(address, address.length * 2);
        for (int bit = 0; bit < length; bit++) {
            both[address.length + bit / 8] |= (byte) (0x80 >>> bit % 8);
        }
        return both;
    }

    private void add(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) throws IOException {
        extensions.add(new Extension(type, critical, value.toASN1Primitive().getEncoded(ASN1Encoding.DER)));
    }
}
