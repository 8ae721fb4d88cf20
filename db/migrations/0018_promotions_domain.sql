UPDATE "audit_log" SET "action" = 'promotions.promote' WHERE "action" = 'models.promote';
