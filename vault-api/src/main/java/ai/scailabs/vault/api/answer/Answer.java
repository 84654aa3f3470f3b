package ai.scailabs.vault.api.answer;

import ai.scailabs.vault.audit.trail.AuditReceipt;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a controller returns. It is rendered at once, so that what it shows can be wiped, but leaves only after its audit receipt says that the row is
 * durable: without a receipt there is no answer to a caller with a token.
 */
public final class Answer {
    static final String JSON = "application/json";

    private final int status;
    private final @Nullable AuditReceipt receipt;
    private final String contentType;
    private final WipedBuffer body;
    private final @Nullable Body streamed;
    private final long streamedBytes;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Answer(int status, @Nullable AuditReceipt receipt, String contentType, WipedBuffer body) {
        this(status, receipt, contentType, body, null, 0);
    }

    private Answer(
            int status,
            @Nullable AuditReceipt receipt,
            String contentType,
            WipedBuffer body,
            @Nullable Body streamed,
            long streamedBytes) {
        this.status = status;
        this.receipt = receipt;
        this.contentType = contentType;
        this.body = body;
        this.streamed = streamed;
        this.streamedBytes = streamedBytes;
    }

    /** A JSON object. */
    public static Answer json(int status, AuditReceipt receipt, JsonWriter.Members members) {
        return new Answer(status, receipt, JSON, Json.render(members));
    }

    public static Answer ok(AuditReceipt receipt, JsonWriter.Members members) {
        return json(200, receipt, members);
    }

    /** A JSON array of objects. */
    public static <T> Answer list(AuditReceipt receipt, List<T> items, JsonWriter.Item<T> item) {
        return new Answer(200, receipt, JSON, Json.render(items, item));
    }

    public static Answer noContent(AuditReceipt receipt) {
        return new Answer(204, receipt, JSON, new WipedBuffer());
    }

    /** Another kind of text, for callers with a token. */
    public static Answer text(AuditReceipt receipt, String contentType, byte[] content) {
        return new Answer(200, receipt, contentType, filled(content));
    }

    /** For handlers that take no token. */
    public static Answer open(int status, JsonWriter.Members members) {
        return new Answer(status, null, JSON, Json.render(members));
    }

    /** For handlers that take no token. */
    public static Answer open(String contentType, byte[] content) {
        return new Answer(200, null, contentType, filled(content));
    }

    /**
     * For handlers that take no token, and show what is public and too long to be held whole.
     *
     * @param bytes how many there will be; negative when that is not known
     */
    public static Answer streamed(String contentType, long bytes, Body body) {
        return new Answer(200, null, contentType, new WipedBuffer(), body, bytes);
    }

    /** For handlers that take no token: what the caller has is what there is. */
    public static Answer notModified() {
        return new Answer(304, null, JSON, new WipedBuffer());
    }

    /** As it was given before. */
    static Answer again(int status, AuditReceipt receipt, String contentType, WipedBuffer body) {
        return new Answer(status, receipt, contentType, body);
    }

    private static WipedBuffer filled(byte[] content) {
        WipedBuffer body = new WipedBuffer();
        body.write(content, 0, content.length);
        return body;
    }

    public Answer header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /**
     * For an answer that rests on a premise: true once its entry is durable; false when the premise did not hold, and what would have been shown is wiped.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}
     */
    public boolean holds() {
        boolean holds = false;
        try {
            holds = receipt == null || receipt.holds();
            return holds;
        } finally {
            if (!holds) {
                body.wipe();
            }
        }
    }

    int status() {
        return status;
    }

    @Nullable
    AuditReceipt receipt() {
        return receipt;
    }

    String contentType() {
        return contentType;
    }

    WipedBuffer body() {
        return body;
    }

    @Nullable
    Body streamed() {
        return streamed;
    }

    long streamedBytes() {
        return streamedBytes;
    }

    /** Writes itself while it is read. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream target) throws IOException;
    }

    Map<String, String> headers() {
        return headers;
    }
}
