// validatorUrl none: the default sends the whole description to an outside host.
const place = document.getElementById('api-docs');

window.addEventListener('DOMContentLoaded', () => {
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    validatorUrl: 'none',
    deepLinking: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
  });
});
