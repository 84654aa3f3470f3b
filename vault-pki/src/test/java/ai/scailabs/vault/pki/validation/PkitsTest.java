package ai.scailabs.vault.pki.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every test of NIST's Public Key Interoperability Test Suite. Each is a signed message with the certificates and CRLs that it is about; its name says what is expected, or {@link #EXPECTED} where it does not. The messages
 * come with Debian's {@code python3-cryptography-vectors}, which {@code bin/peers} installs.
 */
class PkitsTest {
    static final Path DATA = Path.of("/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data");

    private static final Instant AT = Instant.parse("2026-11-26T12:00:00Z");

    /** Certificates of the suite that are made badly on purpose are accepted by the suite: RFC 5280 §6 alone counts, as its document says. Keys and hashes are held as for anybody. */
    private static final PathValidator VALIDATOR = new PathValidator(ValidationRules.PATH_ONLY);

    /** What differs from the suite, and why: FIPS 186-5 has withdrawn DSA, and no signature of it is verified here. */
    private static final Set<String> WITHOUT_DSA =
            Set.of("ValidDSASignaturesTest4", "ValidDSAParameterInheritanceTest5");

    /** Tests whose names do not say what is expected, or that are several: of inputs for policies, whether the path is valid. */
    private static final Map<String, Map<PolicyInputs, Boolean>> EXPECTED = Map.ofEntries(
            Map.entry(
                    "AllCertificatesSamePolicyTest1",
                    Map.of(any(), true, explicit(), true, explicit(1), true, explicit(2), false, explicit(1, 2), true)),
            Map.entry("AllCertificatesNoPoliciesTest2", Map.of(any(), true, explicit(), false)),
            Map.entry("DifferentPoliciesTest3", Map.of(any(), true, explicit(), false, explicit(1, 2), false)),
            Map.entry("DifferentPoliciesTest4", Map.of(any(), false)),
            Map.entry("DifferentPoliciesTest5", Map.of(any(), false)),
            Map.entry("OverlappingPoliciesTest6", Map.of(any(), true, any(1), true, any(2), false)),
            Map.entry("DifferentPoliciesTest7", Map.of(any(), false)),
            Map.entry("DifferentPoliciesTest8", Map.of(any(), false)),
            Map.entry("DifferentPoliciesTest9", Map.of(any(), false)),
            Map.entry("AllCertificatesSamePoliciesTest10", Map.of(any(), true, any(1), true, any(2), true)),
            Map.entry("AllCertificatesAnyPolicyTest11", Map.of(any(), true, any(1), true)),
            Map.entry("DifferentPoliciesTest12", Map.of(any(), false)),
            Map.entry("AllCertificatesSamePoliciesTest13", Map.of(any(1), true, any(2), true, any(3), true)),
            Map.entry("AnyPolicyTest14", Map.of(any(1), true, any(2), false)),
            Map.entry("UserNoticeQualifierTest15", Map.of(any(), true)),
            Map.entry("UserNoticeQualifierTest16", Map.of(any(), true)),
            Map.entry("UserNoticeQualifierTest17", Map.of(any(), true)),
            Map.entry("UserNoticeQualifierTest18", Map.of(any(1), true, any(2), true)),
            Map.entry("UserNoticeQualifierTest19", Map.of(any(), true)),
            Map.entry("CPSPointerQualifierTest20", Map.of(any(), true)),
            Map.entry("ValidPolicyMappingTest1", Map.of(any(1), true, any(2), false, withoutMapping(1), false)),
            Map.entry("InvalidPolicyMappingTest2", Map.of(any(), false, withoutMapping(), false)),
            Map.entry("ValidPolicyMappingTest3", Map.of(any(1), false, any(2), true)),
            Map.entry("ValidPolicyMappingTest5", Map.of(any(1), true, any(6), false)),
            Map.entry("ValidPolicyMappingTest6", Map.of(any(1), true, any(6), false)),
            Map.entry("ValidPolicyMappingTest12", Map.of(any(1), true, any(2), true)),
            Map.entry(
                    "inhibitAnyPolicyTest3",
                    Map.of(any(), true, new PolicyInputs(Set.of(), false, false, true), false)),
            Map.entry("MissingCRLTest1", Map.of(any(), false)));

    private static PolicyInputs any(int... policies) {
        return new PolicyInputs(named(policies), false, false, false);
    }

    private static PolicyInputs explicit(int... policies) {
        return new PolicyInputs(named(policies), true, false, false);
    }

    private static PolicyInputs withoutMapping(int... policies) {
        return new PolicyInputs(named(policies), false, true, false);
    }

    private static Set<String> named(int... policies) {
        Set<String> named = new HashSet<>();
        for (int policy : policies) {
            named.add("2.16.840.1.101.3.2.1.48." + policy);
        }
        return named;
    }

    static Stream<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Path message : messages()) {
            String name =
                    message.getFileName().toString().replaceFirst("^Signed", "").replaceFirst("\\.eml$", "");
            Map<PolicyInputs, Boolean> expected =
                    EXPECTED.getOrDefault(name, Map.of(PolicyInputs.ANY, name.startsWith("Valid")));
            expected.forEach((inputs, valid) ->
                    cases.add(new Case(name, message, inputs, valid && !WITHOUT_DSA.contains(name))));
        }
        return cases.stream();
    }

    private static List<Path> messages() throws IOException {
        try (Stream<Path> files = Files.list(DATA.resolve("smime"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void suite_isThereAsAWhole() throws IOException {
        Set<String> names = cases().map(Case::name).collect(Collectors.toSet());
        assertThat(names).hasSize(224).containsAll(EXPECTED.keySet()).containsAll(WITHOUT_DSA);
        assertThat(names)
                .allMatch(name -> name.startsWith("Valid") || name.startsWith("Invalid") || EXPECTED.containsKey(name));
        assertThat(cases()).hasSize(248);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void everyTest_endsAsExpected(Case each) throws Exception {
        PathReport report = VALIDATOR.validate(each.question());
        assertThat(report.isValid()).as("%s", report.errors()).isEqualTo(each.valid());
    }

    record Case(String name, Path message, PolicyInputs policies, boolean valid) {
        ValidationQuestion question() throws IOException, CMSException {
            CMSSignedData signed = new CMSSignedData(signature());
            SignerInformation signer = signed.getSignerInfos().iterator().next();
            PathCertificate target = null;
            List<PathCertificate> pool = new ArrayList<>();
            for (X509CertificateHolder each : signed.getCertificates().getMatches(null)) {
                PathCertificate certificate =
                        PathCertificate.read(each.getEncoded()).orElseThrow();
                if (signer.getSID().match(each)) {
                    target = certificate;
                } else {
                    pool.add(certificate);
                }
            }
            List<RevocationList> lists = new ArrayList<>();
            for (X509CRLHolder each : signed.getCRLs().getMatches(null)) {
                lists.add(RevocationList.read(each.getEncoded()).orElseThrow());
            }
            PathCertificate anchor = PathCertificate.read(
                            Files.readAllBytes(DATA.resolve("certs/TrustAnchorRootCertificate.crt")))
                    .orElseThrow();
            assertThat(target).as("the certificate of the signer").isNotNull();
            return new ValidationQuestion(
                    target, pool, List.of(anchor), AT, List.of(), null, policies, true, lists, KnownStatus.NONE);
        }

        /** What stands between the last two boundaries. */
        private byte[] signature() throws IOException {
            String text = Files.readString(message);
            String part = text.substring(text.indexOf("smime.p7s\"", text.indexOf("filename=")) + 10);
            return Base64.getMimeDecoder()
                    .decode(part.substring(0, part.indexOf("------")).strip());
        }

        @Override
        public String toString() {
            return name + (policies.equals(PolicyInputs.ANY) ? "" : " " + policies);
        }
    }
}
