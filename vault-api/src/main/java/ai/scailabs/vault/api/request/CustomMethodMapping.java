package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.condition.RequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Spring's mapping, extended by {@link CustomMethod}. A handler without one matches only requests without a colon suffix. */
public final class CustomMethodMapping extends RequestMappingHandlerMapping {
    @Override
    protected RequestCondition<?> getCustomMethodCondition(Method method) {
        CustomMethod annotation = AnnotationUtils.findAnnotation(method, CustomMethod.class);
        return new Suffix(annotation == null ? "" : annotation.value());
    }

    /**
     * What follows the last colon of the last segment; empty when there is none. A colon that nothing follows is its own suffix, which no handler has: otherwise one
     * secret would have two names.
     */
    public static String suffixOf(String uri) {
        int colon = uri.lastIndexOf(':');
        if (colon < 0 || uri.indexOf('/', colon) >= 0) {
            return "";
        }
        return colon == uri.length() - 1 ? ":" : uri.substring(colon + 1);
    }

    /** Tells a path that is there with other methods, OPTIONS included, from one that is not there. */
    @Override
    protected @Nullable HandlerMethod handleNoMatch(
            Set<RequestMappingInfo> mappings, String path, HttpServletRequest request)
            throws HttpRequestMethodNotSupportedException {
        Set<String> allowed = new TreeSet<>();
        for (RequestMappingInfo mapping : mappings) {
            if (isFor(mapping, request)) {
                mapping.getMethodsCondition().getMethods().forEach(method -> allowed.add(method.name()));
            }
        }
        if (!allowed.isEmpty()) {
            throw new HttpRequestMethodNotSupportedException(request.getMethod(), allowed);
        }
        return null;
    }

    private static boolean isFor(RequestMappingInfo mapping, HttpServletRequest request) {
        PathPatternsRequestCondition path = mapping.getPathPatternsCondition();
        RequestCondition<?> suffix = mapping.getCustomCondition();
        return path != null
                && path.getMatchingCondition(request) != null
                && (suffix == null || suffix.getMatchingCondition(request) != null);
    }

    private record Suffix(String name) implements RequestCondition<Suffix> {
        @Override
        public Suffix combine(Suffix other) {
            return other;
        }

        @Override
        public @Nullable Suffix getMatchingCondition(HttpServletRequest request) {
            return suffixOf(request.getRequestURI()).equals(name) ? this : null;
        }

        @Override
        public int compareTo(Suffix other, HttpServletRequest request) {
            return 0;
        }
    }
}
