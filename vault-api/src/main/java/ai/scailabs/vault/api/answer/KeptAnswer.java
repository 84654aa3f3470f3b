package ai.scailabs.vault.api.answer;

import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer that can be given again. */
public final class KeptAnswer {
    private final int status;
    private final String contentType;
    private final Map<String, String> headers;
    private final @Nullable String resource;
    private final WipedBuffer body;

    private KeptAnswer(
            int status, String contentType, Map<String, String> headers, @Nullable String resource, WipedBuffer body) {
        this.status = status;
        this.contentType = contentType;
        this.headers = headers;
        this.resource = resource;
        this.body = body;
    }

    /** @param resource which the audit log has it about */
    public static KeptAnswer of(Answer answer, @Nullable String resource) {
        if (answer.streamed() != null) {
            throw new IllegalArgumentException("an answer that is never whole cannot be kept");
        }
        return new KeptAnswer(answer.status(), answer.contentType(), answer.headers(), resource, answer.body());
    }

    /** As {@link #decoded} takes it. */
    public SensitiveBytes encoded() {
        WipedBuffer buffer = new WipedBuffer();
        try (DataOutputStream out = new DataOutputStream(buffer)) {
            out.writeShort(status);
            out.writeUTF(contentType);
            out.writeByte(headers.size());
            for (Map.Entry<String, String> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                out.writeUTF(header.getValue());
            }
            out.writeUTF(resource == null ? "" : resource);
            body.copyTo(out);
            return SensitiveBytes.owning(buffer.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            buffer.wipe();
        }
    }

    /** @param encoded stays the caller's */
    public static KeptAnswer decoded(SensitiveBytes encoded) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded.expose()))) {
            int status = in.readUnsignedShort();
            String contentType = in.readUTF();
            Map<String, String> headers = new LinkedHashMap<>();
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                headers.put(in.readUTF(), in.readUTF());
            }
            String resource = in.readUTF();
            WipedBuffer body = new WipedBuffer();
            byte[] rest = in.readAllBytes();
            body.write(rest, 0, rest.length);
            Arrays.fill(rest, (byte) 0);
            return new KeptAnswer(status, contentType, headers, resource.isEmpty() ? null : resource, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public @Nullable String resource() {
        return resource;
    }

    /** With a receipt of its own. */
    public Answer again(AuditReceipt receipt) {
        Answer answer = Answer.again(status, receipt, contentType, body);
        headers.forEach(answer::header);
        return answer;
    }
}
