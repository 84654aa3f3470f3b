package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Textual encoding (RFC 7468), read within bounds and written with lines of 64 characters. */
public final class Pem {
    public static final String CERTIFICATE = "CERTIFICATE";
    public static final String CERTIFICATE_REQUEST = "CERTIFICATE REQUEST";
    public static final String CRL = "X509 CRL";

    private static final int LINE = 64;

    /** The label is repeated at the end; between are base64 and white space. Possessive, so that hostile text cannot make it try again and again. */
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40}+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

    private Pem() {}

    /** One block; the caller owns its bytes. */
    public static final class Block {
        private final String label;
        private final byte[] content;

        Block(String label, byte[] content) {
            this.label = label;
            this.content = content;
        }

        public String label() {
            return label;
        }

        public byte[] content() {
            return content;
        }
    }

    /** Ends with a line feed. For what anybody may see; private keys take {@link #writeSensitive}. */
    public static String write(String label, byte[] der) {
        try (SensitiveBytes text = writeSensitive(label, der)) {
            return new String(text.expose(), StandardCharsets.US_ASCII);
        }
    }

    /** The same as bytes that can be wiped; {@code der} is still the caller's. */
    public static SensitiveBytes writeSensitive(String label, byte[] der) {
        byte[] encoded = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encode(der);
        byte[] head = ("-----BEGIN " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
        byte[] foot = ("\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
        byte[] text = Arrays.copyOf(head, head.length + encoded.length + foot.length);
        System.arraycopy(encoded, 0, text, head.length, encoded.length);
        System.arraycopy(foot, 0, text, head.length + encoded.length, foot.length);
        Arrays.fill(encoded, (byte) 0);
        return SensitiveBytes.owning(text);
    }

    /**
     * All blocks, with whatever text stands between them left out.
     *
     * @return empty when it is longer than {@code maxCharacters}, has no block or more than {@code maxBlocks}, or one of them is not base64
     */
    public static Optional<List<Block>> read(String text, int maxCharacters, int maxBlocks) {
        if (text.length() > maxCharacters) {
            return Optional.empty();
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (blocks.size() == maxBlocks) {
                return Optional.empty();
            }
            try {
                byte[] content = Base64.getDecoder()
                        .decode(matcher.group(2).replaceAll("\\s+", "").getBytes(StandardCharsets.US_ASCII));
                blocks.add(new Block(matcher.group(1), content));
            } catch (IllegalArgumentException notBase64) {
                return Optional.empty();
            }
        }
        return blocks.isEmpty() ? Optional.empty() : Optional.of(blocks);
    }

    /** Several blocks of one kind, one after the other. */
    public static String writeAll(String label, List<byte[]> ders) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] der : ders) {
            all.writeBytes(write(label, der).getBytes(StandardCharsets.US_ASCII));
        }
        return all.toString(StandardCharsets.US_ASCII);
    }
}
