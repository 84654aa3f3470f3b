package ai.scailabs.vault.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** An authority that is none of ours: a key and a certificate of OpenSSL's, in a folder. */
record OutsideAuthority(Path folder, String name) {
    /** The extensions of an authority. */
    static final List<String> CA = List.of(
            "basicConstraints=critical,CA:TRUE",
            "keyUsage=critical,keyCertSign,cRLSign",
            "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid");

    /** Whose certificate ends after so many days. */
    static OutsideAuthority root(Path folder, String name, int days, String... extensions)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "req",
                "-x509",
                "-nodes",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-keyout",
                name + ".key",
                "-out",
                name + ".pem",
                "-subj",
                "/O=Outside/CN=" + name,
                "-days",
                "" + days));
        for (String extension : extensions.length > 0
                ? List.of(extensions)
                : List.of("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")) {
            arguments.addAll(List.of("-addext", extension));
        }
        Programs.openssl(folder, arguments.toArray(String[]::new));
        return new OutsideAuthority(folder, name);
    }

    String pem() throws IOException {
        return Files.readString(folder.resolve(name + ".pem"));
    }

    String key() throws IOException {
        return Files.readString(folder.resolve(name + ".key"));
    }

    /** What the request asks for and its issuer's key identifier, or just these extensions. */
    String sign(String csr, String... extensions) throws IOException, InterruptedException {
        return sign(csr, 365, extensions);
    }

    String sign(String csr, int days, String... extensions) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("asked.csr"), csr);
        boolean copied = extensions.length == 0;
        Files.write(
                folder.resolve("asked.ext"),
                copied ? List.of("authorityKeyIdentifier=keyid") : Arrays.asList(extensions));
        List<String> command = new ArrayList<>(List.of(
                "x509",
                "-req",
                "-in",
                "asked.csr",
                "-CA",
                name + ".pem",
                "-CAkey",
                name + ".key",
                "-CAcreateserial",
                "-out",
                "asked.pem",
                "-days",
                "" + days,
                "-extfile",
                "asked.ext"));
        if (copied) {
            command.addAll(List.of("-copy_extensions", "copyall"));
        }
        Programs.openssl(folder, command.toArray(String[]::new));
        return Files.readString(folder.resolve("asked.pem"));
    }

    /** An authority below, with a key of its own. */
    OutsideAuthority below(String other, String... extensions) throws IOException, InterruptedException {
        String csr = Programs.request(folder, "ec -pkeyopt ec_paramgen_curve:P-256", "/O=Outside/CN=" + other);
        Files.move(folder.resolve("key.pem"), folder.resolve(other + ".key"));
        Files.writeString(
                folder.resolve(other + ".pem"),
                sign(csr, extensions.length > 0 ? extensions : CA.toArray(String[]::new)));
        return new OutsideAuthority(folder, other);
    }

    /** An hour ago it was over. */
    String signExpired(String csr) throws Exception {
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(der(csr));
        return PreparedAuthorities.signed(
                request.getSubject(),
                request.getSubjectPublicKeyInfo(),
                new X509CertificateHolder(der(pem())).getSubject(),
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der(key()))),
                Instant.now().minus(Duration.ofHours(1)));
    }

    private static byte[] der(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }
}
