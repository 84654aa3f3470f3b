package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.crl.CrlService;
import ai.scailabs.vault.pki.crl.StoredCrl;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.Pem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Lists of revoked certificates: for anybody to read, as whoever verifies has no token. */
@Controller
public class CrlController {
    private static final String DER = "application/pkix-crl";
    private static final String PEM = "application/x-pem-file";
    private static final int PEM_LINE = 64;
    /** Within an answer in JSON. What is longer is read by GET. */
    private static final int MAX_SHOWN_BYTES = 4 * 1024 * 1024;

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final CrlService lists;

    public CrlController(CrlService lists) {
        this.lists = lists;
    }

    @GetMapping("/v1/pki/ca/{id}/crl")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer complete(@PathVariable String id, HttpServletRequest request) {
        return answer(id, request, null, false);
    }

    @GetMapping("/v1/pki/ca/{id}/crl/delta")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer delta(@PathVariable String id, HttpServletRequest request) {
        return answer(id, request, null, true);
    }

    @GetMapping("/v1/pki/ca/{id}/crl/{partition}")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer part(@PathVariable String id, @PathVariable String partition, HttpServletRequest request) {
        if (!partition.matches("0|[1-9][0-9]{0,2}")) {
            throw new VaultException(ErrorCode.NOT_FOUND, "There is nothing here");
        }
        return answer(id, request, Integer.valueOf(partition), false);
    }

    private Answer answer(String id, HttpServletRequest request, @Nullable Integer part, boolean delta) {
        Integer generation = QueryParameters.of(request, "generation").number("generation", 1, 1_000_000);
        CrlService.Published published = lists.published(known(id), generation, part, delta);
        StoredCrl list = published.list();
        boolean pem = CertificateForm.of(request) == CertificateForm.PEM;
        String tag = "\"" + HexFormat.of().formatHex(list.sha256(), 0, 16) + (pem ? "-pem\"" : "\"");
        Answer answer = isKnown(request, tag, list.thisUpdate())
                ? Answer.notModified()
                : Answer.streamed(pem ? PEM : DER, pem ? -1 : list.sizeBytes(), target -> write(list, pem, target));
        return answer.header("ETag", tag)
                .header("Last-Modified", HTTP_DATE.format(list.thisUpdate()))
                .header(
                        "Cache-Control",
                        "public, max-age=" + published.freshFor().toSeconds())
                .header("Vary", "Accept");
    }

    /** RFC 9110 §13.1: a tag counts before a date. */
    private static boolean isKnown(HttpServletRequest request, String tag, Instant modified) {
        String tags = request.getHeader("If-None-Match");
        if (tags != null) {
            return tags.strip().equals("*")
                    || List.of(tags.replace("W/", "").split("\\s*,\\s*")).contains(tag);
        }
        String since = request.getHeader("If-Modified-Since");
        try {
            return since != null && !modified.isAfter(Instant.from(HTTP_DATE.parse(since)));
        } catch (DateTimeParseException malformed) {
            return false;
        }
    }

    private void write(StoredCrl list, boolean pem, OutputStream target) throws IOException {
        if (!pem) {
            lists.write(list, target);
            return;
        }
        target.write(("-----BEGIN " + Pem.CRL + "-----\n").getBytes(StandardCharsets.US_ASCII));
        try (OutputStream text =
                Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).wrap(new Unclosed(target))) {
            lists.write(list, text);
        }
        target.write(("\n-----END " + Pem.CRL + "-----\n").getBytes(StandardCharsets.US_ASCII));
    }

    @PostMapping("/v1/pki/ca/{id}/crl")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CRL_BUILD, category = PathCategory.PKI_ADMIN)
    public Answer rebuild(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID authority = known(id);
        call.about(id);
        call.entry();
        List<StoredCrl> made = lists.rebuild(call.located(), call.tenant(), authority);
        StoredCrl first = made.getFirst();
        boolean shown = made.stream().filter(list -> list.baseNumber() == null).count() == 1
                && first.sizeBytes() <= MAX_SHOWN_BYTES;
        String pem = shown ? pem(first) : null;
        return Answer.ok(
                call.recorded(Map.of("crl_number", first.number())),
                json -> json.text("ca_id", CertificateAuthority.idText(authority))
                        .number("crl_number", first.number())
                        .time("this_update", first.thisUpdate())
                        .time("next_update", first.nextUpdate())
                        .number(
                                "entries",
                                made.stream()
                                        .filter(list -> list.baseNumber() == null)
                                        .mapToLong(StoredCrl::entries)
                                        .sum())
                        .text("crl_pem", pem)
                        .objects(
                                "crls",
                                made,
                                (item, list) -> item.value("partition", list.baseNumber() == null ? list.part() : null)
                                        .value("base_crl_number", list.baseNumber())
                                        .number("entries", list.entries())
                                        .number("size_bytes", list.sizeBytes())));
    }

    private String pem(StoredCrl list) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            write(list, true, text);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
        return text.toString(StandardCharsets.US_ASCII);
    }

    private static UUID known(String id) {
        return CertificateAuthority.parseId(id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority"));
    }

    /** The text around it comes after it. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream target) {
            super(target);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            out.write(octets, from, length);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
