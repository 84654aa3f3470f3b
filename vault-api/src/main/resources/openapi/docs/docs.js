'use strict';

window.addEventListener('load', () => {
  window.SwaggerUIBundle({
    url: new URL('openapi.json', document.baseURI).href,
    dom_id: '#api',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    // A link to this page must not choose the document that it shows.
    queryConfigEnabled: false,
    // A token that was typed in is gone when the page is left.
    persistAuthorization: false,
    // A secret's path spans slashes; OpenAPI has no way to say that of a path parameter, so the browser would escape them.
    requestInterceptor: (request) => {
      const url = new URL(request.url, document.baseURI);
      url.pathname = url.pathname.replace(/%2F/gi, '/');
      request.url = url.href;
      return request;
    },
  });
});
