package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** Asks as programs of other people do, by their library; every answer is verified up to the authority before anybody looks at it. */
record OcspQuestions(int port, X509Certificate issuer) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    static X509Certificate certificate(String pem) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    CertificateID id(ASN1ObjectIdentifier hash, BigInteger serial) {
        try {
            return new CertificateID(
                    new JcaDigestCalculatorProviderBuilder().build().get(new AlgorithmIdentifier(hash)),
                    new JcaX509CertificateHolder(issuer),
                    serial);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    CertificateID id(BigInteger serial) {
        return id(CertificateID.HASH_SHA1.getAlgorithm(), serial);
    }

    static byte[] about(byte @Nullable [] nonce, CertificateID... ids) {
        try {
            OCSPReqBuilder builder = new OCSPReqBuilder();
            for (CertificateID id : ids) {
                builder.addRequest(id);
            }
            if (nonce != null) {
                builder.setRequestExtensions(new Extensions(new Extension(
                        OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(nonce).getEncoded())));
            }
            return builder.build().getEncoded();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<byte[]> post(String authority, byte[] question) {
        return sent(HttpRequest.newBuilder(uri("/v1/pki/ocsp/" + authority))
                .header("Content-Type", "application/ocsp-request")
                .POST(HttpRequest.BodyPublishers.ofByteArray(question)));
    }

    HttpResponse<byte[]> get(String authority, byte[] question) {
        String escaped = Base64.getEncoder()
                .encodeToString(question)
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
        return sent(HttpRequest.newBuilder(uri("/v1/pki/ocsp/" + authority + "/" + escaped))
                .GET());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static HttpResponse<byte[]> sent(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response =
                    HTTP.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/ocsp-response");
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The number of the answer: 0 for one that answers. */
    static int status(HttpResponse<byte[]> response) {
        try {
            return new OCSPResp(response.body()).getStatus();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless it is signed by a responder that the issuer vouches for. */
    BasicOCSPResp answer(HttpResponse<byte[]> response) {
        try {
            OCSPResp whole = new OCSPResp(response.body());
            assertThat(whole.getStatus()).isZero();
            BasicOCSPResp basic = (BasicOCSPResp) whole.getResponseObject();
            assertThat(basic.getCerts()).hasSize(1);
            X509CertificateHolder responder = basic.getCerts()[0];
            assertThat(responder.isSignatureValid(new JcaContentVerifierProviderBuilder().build(issuer)))
                    .isTrue();
            assertThat(responder.getIssuer().getEncoded())
                    .isEqualTo(issuer.getSubjectX500Principal().getEncoded());
            assertThat(basic.isSignatureValid(new JcaContentVerifierProviderBuilder().build(responder)))
                    .isTrue();
            assertThat(responder.getNotAfter()).isAfterOrEqualTo(basic.getResponses()[0].getNextUpdate());
            return basic;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
