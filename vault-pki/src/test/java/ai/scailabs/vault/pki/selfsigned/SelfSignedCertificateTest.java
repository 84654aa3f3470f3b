package ai.scailabs.vault.pki.selfsigned;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfSignedCertificateTest {
    private static final Instant BEGIN = Instant.parse("2026-05-01T10:00:00Z");
    private static final Instant END = Instant.parse("2027-05-01T10:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"v_reader_abcdefghij234567klmn", "a,CN=b+O=c", "\"<ä>\\"})
    void keyThatIsWrapped_isReadWithItsNameAndItsEnd_andIsNoAuthority(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();

        String pem = SelfSignedCertificate.pem(pair, name, BEGIN, END);
        X509Certificate read = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));

        read.verify(pair.getPublic());
        assertThat(read.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(new javax.naming.ldap.LdapName(read.getSubjectX500Principal().getName())
                        .getRdn(0)
                        .getValue())
                .isEqualTo(name);
        assertThat(read.getNotBefore().toInstant()).isEqualTo(BEGIN);
        assertThat(read.getNotAfter().toInstant()).isEqualTo(END);
        assertThat(read.getBasicConstraints()).isEqualTo(-1);
        assertThat(read.getVersion()).isEqualTo(3);
    }
}
