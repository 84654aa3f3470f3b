package ai.scailabs.vault.credentials.generator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * A text with places that are filled in: {@code {{random:N}}} by N letters and digits, {@code {{hex:N}}} by N digits of base 16, {@code {{uuid}}} by an identifier of version 4, {@code {{timestamp}}}
 * by the seconds since 1970 in decimal, which are digits only and so may stand in any name. Two opening braces always begin a place; two closing ones alone are a text.
 */
record TemplateText(String template, List<TemplatePiece> pieces) implements Generator {
    static final String NAME = "template";

    private static final int MAX_CHARACTERS = 4_096;
    private static final int MAX_DRAWN = 4_096;
    private static final int MAX_TIMESTAMP = 20;
    private static final Pattern DRAWN = Pattern.compile("(random|hex):([1-9][0-9]{0,3})");

    TemplateText {
        pieces = List.copyOf(pieces);
    }

    static TemplateText read(FieldConfig config) {
        String template = config.requiredText("template", MAX_CHARACTERS);
        List<TemplatePiece> pieces = new ArrayList<>();
        int from = 0;
        for (int open = template.indexOf("{{"); open >= 0; open = template.indexOf("{{", from)) {
            int close = template.indexOf("}}", open);
            if (close < 0) {
                throw config.invalid("template", "has a placeholder that does not end");
            }
            pieces.add(new TemplatePiece.Literal(template.substring(from, open)));
            pieces.add(placeholder(template.substring(open + 2, close), config));
            from = close + 2;
        }
        pieces.add(new TemplatePiece.Literal(template.substring(from)));
        return new TemplateText(template, pieces);
    }

    private static TemplatePiece placeholder(String name, FieldConfig config) {
        if ("uuid".equals(name)) {
            return new TemplatePiece.Identifier();
        }
        if ("timestamp".equals(name)) {
            return new TemplatePiece.Moment();
        }
        Matcher drawn = DRAWN.matcher(name);
        if (!drawn.matches()) {
            throw config.invalid(
                    "template",
                    "has a placeholder that is none of {{random:N}}, {{hex:N}}, {{uuid}} and {{timestamp}}");
        }
        int length = Integer.parseInt(drawn.group(2));
        if (length > MAX_DRAWN) {
            throw config.invalid("template", "has a placeholder for more than " + MAX_DRAWN + " characters");
        }
        NamedCharset charset = "hex".equals(drawn.group(1)) ? NamedCharset.HEX : NamedCharset.ALPHANUMERIC;
        return new TemplatePiece.Drawn(TextSpace.of(charset.alphabet(), length));
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("template", template);
    }

    @Override
    public Map<String, Double> entropy(String field) {
        double bits = 0;
        for (TemplatePiece piece : pieces) {
            bits += switch (piece) {
                case TemplatePiece.Drawn drawn -> drawn.space().bits();
                case TemplatePiece.Identifier _ -> UuidText.RANDOM_BITS;
                case TemplatePiece.Literal _, TemplatePiece.Moment _ -> 0;
            };
        }
        return Map.of(field, bits);
    }

    @Override
    public int maxBytes() {
        int bytes = 0;
        for (TemplatePiece piece : pieces) {
            bytes += switch (piece) {
                case TemplatePiece.Literal literal -> literal.text().getBytes(StandardCharsets.UTF_8).length;
                case TemplatePiece.Drawn drawn -> drawn.space().length();
                case TemplatePiece.Identifier _ -> UuidText.LENGTH;
                case TemplatePiece.Moment _ -> MAX_TIMESTAMP;
            };
        }
        return bytes;
    }

    @Override
    public String toString() {
        return "TemplateText[redacted]";
    }
}
