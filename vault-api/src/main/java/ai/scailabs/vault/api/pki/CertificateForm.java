package ai.scailabs.vault.api.pki;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** In which form a certificate is wanted (RFC 9110 §12.5.1). Who asks for nothing that we have, or for anything, gets JSON. */
public enum CertificateForm {
    JSON("application/json"),
    PEM("application/x-pem-file"),
    DER("application/pkix-cert"),
    /** The certificate and those above it. */
    PEM_CHAIN("application/pem-certificate-chain");

    /** Of one request: nobody needs more. */
    private static final int MAX_CHARACTERS = 1_000;

    private static final Pattern QUALITY = Pattern.compile(";\\s*q\\s*=\\s*([01](?:\\.[0-9]{0,3})?)\\s*(?:;|$)");

    private final String mediaType;

    CertificateForm(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

    public static CertificateForm of(HttpServletRequest request) {
        return wanted(request, CertificateForm::named, JSON);
    }

    /** What of several forms is wanted most. */
    static <T> T wanted(HttpServletRequest request, Function<String, @Nullable T> named, T otherwise) {
        T best = otherwise;
        double highest = 0;
        Enumeration<String> headers = request.getHeaders("Accept");
        while (headers.hasMoreElements()) {
            String header = headers.nextElement();
            if (header.length() > MAX_CHARACTERS) {
                continue;
            }
            for (String range : header.toLowerCase(Locale.ROOT).split(",")) {
                T form = named.apply(range.split(";", 2)[0].strip());
                double quality = form == null ? 0 : quality(range);
                if (form != null && quality > highest) {
                    best = form;
                    highest = quality;
                }
            }
        }
        return best;
    }

    private static @Nullable CertificateForm named(String type) {
        for (CertificateForm form : values()) {
            if (form.mediaType.equals(type)) {
                return form;
            }
        }
        return null;
    }

    private static double quality(String range) {
        Matcher quality = QUALITY.matcher(range);
        return quality.find() ? Double.parseDouble(quality.group(1)) : 1;
    }
}
