package ai.scailabs.vault.pki.dns.rest;

import ai.scailabs.vault.outbound.http.AddressRefusedException;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.Outgoing;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of one API, as one caller. Each is made once: who placed a record tries again. Not thread-safe. */
public final class RestCalls {
    /** A zone of some thousand records fits, which is all that PowerDNS gives at once. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** For all calls together, so that a list of many slow pages ends. */
    private static final Duration PATIENCE_WITH_ALL = Duration.ofSeconds(30);

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(100)
                            .maxStringLength(MAX_BYTES)
                            .build())
                    .build())
            .build();

    private final GuardedTransfers transfers;
    private final URI base;
    private final List<Map.Entry<String, String>> headers;
    private final boolean chosen;
    private final long begin = System.nanoTime();

    /**
     * @param base without a slash at its end
     * @param headers of every call, which hold the credentials
     * @param chosen whether the base is the tenant's choice, rather than the vendor's: of that it is no refusal when it cannot be reached
     */
    public RestCalls(GuardedTransfers transfers, URI base, Map<String, String> headers, boolean chosen) {
        this.transfers = transfers;
        this.base = base;
        this.headers = new ArrayList<>(headers.entrySet());
        this.chosen = chosen;
    }

    /** @param path with its query, as it is sent: behind the base */
    public RestAnswer get(String path) throws ZoneException {
        return call("GET", path, Map.of(), null);
    }

    /**
     * @param more headers of this call alone
     * @param body null for none; else what becomes a JSON object
     */
    public RestAnswer call(String method, String path, Map<String, String> more, @Nullable Object body)
            throws ZoneException {
        List<Map.Entry<String, String>> all = new ArrayList<>(headers);
        all.add(Map.entry("Accept", "application/json"));
        all.addAll(more.entrySet());
        if (body == null) {
            return sent(method, path, all, null);
        }
        all.add(Map.entry("Content-Type", "application/json"));
        return sent(method, path, all, JSON.writeValueAsBytes(body));
    }

    /** @param members of a form, in order: name, value, name, value */
    public RestAnswer postForm(String path, String... members) throws ZoneException {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < members.length; i += 2) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(encoded(members[i]))
                    .append('=')
                    .append(encoded(members[i + 1]));
        }
        List<Map.Entry<String, String>> all = new ArrayList<>(headers);
        all.add(Map.entry("Accept", "application/json"));
        all.add(Map.entry("Content-Type", "application/x-www-form-urlencoded"));
        return sent("POST", path, all, form.toString().getBytes(StandardCharsets.UTF_8));
    }

    private RestAnswer sent(String method, String path, List<Map.Entry<String, String>> all, byte @Nullable [] body)
            throws ZoneException {
        try (Incoming answer = transfers.send(
                new Outgoing(
                        method, URI.create(base + path), all, body == null ? null : Outgoing.Body.of(body), patience()),
                _ -> {})) {
            return new RestAnswer(answer.status(), answer.header("etag").orElse(null), content(answer.body()));
        } catch (AddressRefusedException refused) {
            throw new ZoneException(chosen ? ZoneFailure.ENDPOINT_REFUSED : ZoneFailure.UNAVAILABLE, "address");
        } catch (IOException failed) {
            throw new ZoneException(ZoneFailure.UNAVAILABLE, failed.getClass().getSimpleName());
        } catch (IllegalArgumentException unsendable) {
            throw new ZoneException(ZoneFailure.REJECTED, "unsendable");
        }
    }

    private Duration patience() throws ZoneException {
        long left = PATIENCE_WITH_ALL.toNanos() - (System.nanoTime() - begin);
        if (left <= 0) {
            throw new ZoneException(ZoneFailure.UNAVAILABLE, "more than " + PATIENCE_WITH_ALL.toSeconds() + " s");
        }
        return Duration.ofNanos(Math.min(left, PATIENCE.toNanos()));
    }

    private JsonNode content(InputStream body) throws IOException, ZoneException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[16 * 1024];
        for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
            all.write(piece, 0, read);
            if (all.size() > MAX_BYTES) {
                throw new ZoneException(ZoneFailure.UNAVAILABLE, "more than " + MAX_BYTES + " bytes");
            }
            patience();
        }
        byte[] content = all.toByteArray();
        try {
            JsonNode read = content.length == 0 ? null : JSON.readTree(content);
            return read == null ? JSON.missingNode() : read;
        } catch (JacksonException malformed) {
            return JSON.missingNode();
        }
    }

    /** For a path or a query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
