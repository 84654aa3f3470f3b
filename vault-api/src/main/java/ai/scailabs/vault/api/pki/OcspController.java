package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.ocsp.OcspAnswer;
import ai.scailabs.vault.pki.ocsp.OcspService;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Whether certificates still count (RFC 6960), in the profile for many who ask (RFC 5019). Whatever is wrong with a question is said in an answer with status 200. */
@Controller
public class OcspController {
    private static final String BELOW = "/v1/pki/ocsp/";
    private static final String TYPE = "application/ocsp-response";
    /** RFC 9110 §5.6.7: days always have two digits. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    /** What caches between keep longer would tell of no revocation meanwhile. */
    private static final Duration MOST_KEPT = Duration.ofMinutes(5);

    private final OcspService ocsp;
    private final Clock clock;

    public OcspController(OcspService ocsp, Clock clock) {
        this.ocsp = ocsp;
        this.clock = clock;
    }

    @PostMapping("/v1/pki/ocsp/{id}")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer post(@PathVariable String id, HttpServletRequest request) {
        return Answer.open(TYPE, answer(id, body(request)).der());
    }

    @GetMapping("/v1/pki/ocsp/{id}/**")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer get(@PathVariable String id, HttpServletRequest request) {
        String uri = request.getRequestURI();
        int start = uri.indexOf('/', BELOW.length()) + 1;
        OcspAnswer answer = AskedInUri.decode(start == 0 ? "" : uri.substring(start))
                .map(question -> answer(id, question))
                .orElseGet(ocsp::malformed);
        return kept(Answer.open(TYPE, answer.der()), answer);
    }

    private OcspAnswer answer(String id, byte[] question) {
        return ocsp.answer(CertificateAuthority.parseId(id), question);
    }

    /** At most one octet more than a question may have, which makes it none. */
    private static byte[] body(HttpServletRequest request) {
        try (InputStream in = request.getInputStream()) {
            return in.readNBytes(OcspService.MAX_QUESTION_OCTETS + 1);
        } catch (IOException interrupted) {
            return new byte[0];
        }
    }

    /** RFC 5019 §6.2; of an answer that is for one question alone nothing changes. */
    private Answer kept(Answer answer, OcspAnswer content) {
        Instant begin = content.thisUpdate();
        Instant end = content.nextUpdate();
        if (begin == null || end == null) {
            return answer;
        }
        Duration left = Duration.between(clock.instant(), end);
        long seconds = Math.max(0, (left.compareTo(MOST_KEPT) < 0 ? left : MOST_KEPT).toSeconds());
        return answer.header("Cache-Control", "max-age=" + seconds + ", public, no-transform, must-revalidate")
                .header("Last-Modified", date(begin))
                .header("Expires", date(end))
                .header("ETag", "\"" + HexFormat.of().formatHex(digest(content.der())) + "\"");
    }

    private static String date(Instant instant) {
        return HTTP_DATE.format(instant);
    }

    private static byte[] digest(byte[] der) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(der);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
